/// What clients are greeted with in a server's name: its last greeting, less what was of that one connection alone.
package struct KnownServer: Hashable, Sendable {
    /// As the server greets: MariaDB's with the prefix that `ServerGreeting.plainServerVersion` takes away.
    package var serverVersion: String
    package var capabilities: Capabilities
    package var characterSet: UInt8
    package var status: StatusFlags
    package var authenticationPlugin: String
    /// Whether a server has greeted so; else it is a guess.
    package let isSeen: Bool

    package init(_ greeting: ServerGreeting) {
        serverVersion = greeting.serverVersion
        capabilities = greeting.capabilities
        characterSet = greeting.characterSet
        status = greeting.status
        authenticationPlugin = greeting.authenticationPlugin
        isSeen = true
    }

    /// Stands in for a server that has never greeted.
    package init(unseenOfVersion serverVersion: String) {
        self.serverVersion = serverVersion
        capabilities = .own
        characterSet = UInt8(CharacterSet.utf8mb4)
        status = .autocommit
        authenticationPlugin = AuthenticationMethod.nativePassword.rawValue
        isSeen = false
    }

    package func greeting(scramble: [UInt8], connectionID: UInt32) -> ServerGreeting {
        ServerGreeting(
            serverVersion: serverVersion,
            connectionID: connectionID,
            scramble: scramble,
            capabilities: capabilities,
            characterSet: characterSet,
            status: status,
            authenticationPlugin: authenticationPlugin
        )
    }
}
