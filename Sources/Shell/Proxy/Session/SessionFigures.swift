internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// What CONNECTIONS tells of a session, counted on its event loop.
struct SessionFigures {
    let startedAt = NIODeadline.now()
    var bytesIn = 0
    var bytesOut = 0
    /// The commands that the sidecar looked at; the session machine counts the others.
    var commands = 0
}

extension ProxySession {
    /// The session's row of CONNECTIONS.
    func row(now: NIODeadline) -> ClientSessionRow {
        ClientSessionRow(
            connectionID: login?.connectionID,
            user: login?.user,
            host: peerHost,
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            isTLS: loginMachine.isSecure,
            state: rowState,
            commands: figures.commands &+ machine.forwardedCommands,
            bytesIn: figures.bytesIn,
            bytesOut: figures.bytesOut,
            ageMilliseconds: Int((now - figures.startedAt).nanoseconds / 1_000_000)
        )
    }

    private var rowState: ClientSessionRow.State {
        switch phase {
        case .proxyHeader, .login: .connecting
        case .authenticating: .authenticating
        case .closed: .closing
        case .local: isAnswerPending ? .executing : .idle
        case .relaying:
            if !machine.isIdle || question != nil || isAnswerPending {
                .executing
            } else {
                machine.status.contains(.inTransaction) ? .inTransaction : .idle
            }
        }
    }
}
