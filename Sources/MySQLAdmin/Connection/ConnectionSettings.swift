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
    var password: Password

    /// - Parameter password: empty for an account that the server identifies by its unix socket.
    package init(
        address: ServerAddress,
        user: String,
        password: String,
        connectTimeout: Duration = .seconds(2),
        queryTimeout: Duration = .seconds(2)
    ) {
        self.address = address
        self.user = user
        self.password = Password(password)
        self.connectTimeout = connectTimeout
        self.queryTimeout = queryTimeout
    }
}

extension Duration {
    /// Whole seconds, rounded up, at least 1 and at most an hour.
    var wholeSecondsForClientLibrary: UInt32 {
        let (seconds, attoseconds) = components
        let roundedUp = seconds.addingReportingOverflow(attoseconds > 0 ? 1 : 0)
        return UInt32(min(max(roundedUp.overflow ? 3_600 : roundedUp.partialValue, 1), 3_600))
    }
}
