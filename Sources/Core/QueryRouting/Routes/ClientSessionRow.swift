/// A client session of this sidecar: a row of CONNECTIONS.
package struct ClientSessionRow: Hashable, Sendable {
    package enum State: String, Sendable {
        case connecting = "CONNECTING"
        case authenticating = "AUTHENTICATING"
        case idle = "IDLE"
        case inTransaction = "IN_TRANSACTION"
        case executing = "EXECUTING"
        case closing = "CLOSING"
    }

    /// Nil before the login.
    package var connectionID: UInt32?
    /// Nil before the login.
    package var user: String?
    package var host: String
    package var isVirtualSchemaSelected: Bool
    package var isTLS: Bool
    package var state: State
    package var commands: Int
    package var bytesIn: Int
    package var bytesOut: Int
    package var ageMilliseconds: Int

    package init(
        connectionID: UInt32?,
        user: String?,
        host: String,
        isVirtualSchemaSelected: Bool,
        isTLS: Bool,
        state: State,
        commands: Int,
        bytesIn: Int,
        bytesOut: Int,
        ageMilliseconds: Int
    ) {
        self.connectionID = connectionID
        self.user = user
        self.host = host
        self.isVirtualSchemaSelected = isVirtualSchemaSelected
        self.isTLS = isTLS
        self.state = state
        self.commands = commands
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        self.ageMilliseconds = ageMilliseconds
    }
}
