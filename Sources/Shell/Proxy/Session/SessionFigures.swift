internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// What CONNECTIONS tells of a session, counted on its event loop.
struct SessionFigures {
    let startedAt = NIODeadline.now()
    var bytesIn = 0
    var bytesOut = 0
}

extension ProxySession {
    /// The session's row of CONNECTIONS.
    func row(now: NIODeadline) -> ClientSessionRow {
        ClientSessionRow(
            connectionID: entry.login?.connectionID,
            user: entry.login?.user,
            host: client.host,
            isVirtualSchemaSelected: conversation?.isVirtualSchemaSelected ?? false,
            isTLS: loginMachine.isSecure,
            state: rowState,
            commands: conversation?.commandCount ?? 0,
            bytesIn: figures.bytesIn,
            bytesOut: figures.bytesOut,
            ageMilliseconds: Int((now - figures.startedAt).nanoseconds / 1_000_000)
        )
    }

    private var rowState: ClientSessionRow.State {
        switch stage {
        case .proxyHeader, .login: .connecting
        case .authenticating: .authenticating
        case .closed: .closing
        case .conversation:
            if conversation?.isExecuting ?? false {
                .executing
            } else {
                conversation?.isInTransaction ?? false ? .inTransaction : .idle
            }
        }
    }
}
