/// What the sidecar says of itself when it greets in mysqld's place.
package struct OutageGreeting: Hashable, Sendable {
    /// As mysqld last greeted.
    package var serverVersion: String
    package var connectionID: UInt32

    package init(serverVersion: String, connectionID: UInt32) {
        self.serverVersion = serverVersion
        self.connectionID = connectionID
    }

    func greeting(scramble: [UInt8]) -> ServerGreeting {
        ServerGreeting(
            serverVersion: serverVersion,
            connectionID: connectionID,
            scramble: scramble,
            capabilities: .own,
            characterSet: UInt8(CharacterSet.utf8mb4),
            status: .autocommit,
            authenticationPlugin: "mysql_native_password"
        )
    }
}
