package import ClusterModel

/// How the sidecar reaches its own mysqld.
package struct ConnectionSettings: Sendable {
    package var address: ServerAddress
    package var user: String
    /// Asked with each connection.
    package var password: AccountPassword
    /// Asked with each connection; over TCP alone. Nil for no encryption.
    package var tls: @Sendable () -> ConnectionTLS?
    /// For connecting and the login. The library bounds a look-up of the address's name and a TLS handshake itself, in
    /// whole seconds, to which this is rounded up there.
    package var connectTimeout: Duration
    /// From sending a statement to the end of its result, where it is not given another deadline.
    package var queryTimeout: Duration

    package init(
        address: ServerAddress,
        user: String,
        password: AccountPassword,
        tls: @escaping @Sendable () -> ConnectionTLS? = { nil },
        connectTimeout: Duration = .seconds(2),
        queryTimeout: Duration = .seconds(2)
    ) {
        self.address = address
        self.user = user
        self.password = password
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.queryTimeout = queryTimeout
    }

    /// - Parameter password: empty for an account that the server identifies by its unix socket.
    package init(
        address: ServerAddress,
        user: String,
        password: String,
        tls: ConnectionTLS? = nil,
        connectTimeout: Duration = .seconds(2),
        queryTimeout: Duration = .seconds(2)
    ) {
        self.init(
            address: address,
            user: user,
            password: AccountPassword(password),
            tls: { tls },
            connectTimeout: connectTimeout,
            queryTimeout: queryTimeout
        )
    }
}

extension Duration {
    /// Whole seconds, rounded up, at least 1 and at most an hour.
    package var wholeSecondsForClientLibrary: UInt32 {
        let (seconds, attoseconds) = components
        let roundedUp = seconds.addingReportingOverflow(attoseconds > 0 ? 1 : 0)
        return UInt32(min(max(roundedUp.overflow ? 3_600 : roundedUp.partialValue, 1), 3_600))
    }
}

extension ServerAddress {
    /// Over a unix socket there is nobody to hide from.
    var isEncryptable: Bool {
        if case .tcp = self { true } else { false }
    }

    /// The methods of authentication that keep the password to mysqld and this process, by their names at the client.
    ///
    /// Whoever takes mysqld's port while that is down is asked no less than mysqld would be. Without TLS a password in
    /// clear would be theirs, and one that is encrypted by a key of theirs.
    ///
    /// - Parameter tls: of the connection; nil for none.
    func authenticationMethods(_ tls: ConnectionTLS?) -> [String] {
        let always = ["mysql_native_password", "client_ed25519", "caching_sha2_password"]
        if isEncryptable, tls == nil { return always }
        return always + ["sha256_password", "mysql_clear_password", "dialog"]
    }
}
