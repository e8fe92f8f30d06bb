package import ClusterModel

/// How the sidecar reaches its own mysqld.
package struct ConnectionSettings: Sendable {
    package var address: ServerAddress
    package var user: String
    /// For connecting, and for the first packet of the server's greeting. libmariadb counts whole seconds: a
    /// fraction is rounded up.
    package var connectTimeout: Duration
    /// How long one read or write may wait for the server. Rounded up to whole seconds as well.
    package var queryTimeout: Duration
    /// Over TCP alone; nil for no encryption.
    package var tls: ConnectionTLS?
    package var password: Password

    /// - Parameter password: empty for an account that the server identifies by its unix socket.
    package init(
        address: ServerAddress,
        user: String,
        password: String,
        tls: ConnectionTLS? = nil,
        connectTimeout: Duration = .seconds(2),
        queryTimeout: Duration = .seconds(2)
    ) {
        self.address = address
        self.user = user
        self.password = Password(password)
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.queryTimeout = queryTimeout
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

extension ConnectionSettings {
    /// Over a unix socket there is nobody to hide from.
    var isEncrypted: Bool {
        if case .tcp = address { tls != nil } else { false }
    }

    /// The methods of authentication that keep the password to mysqld and this process, by their names at the client.
    ///
    /// Whoever takes mysqld's port while that is down is asked no less than mysqld would be. Without TLS a password in
    /// clear would be theirs, and one that is encrypted by a key of theirs.
    var methods: [String] {
        let always = ["mysql_native_password", "client_ed25519", "caching_sha2_password"]
        if case .tcp = address, tls == nil { return always }
        return always + ["sha256_password", "mysql_clear_password", "dialog"]
    }
}
