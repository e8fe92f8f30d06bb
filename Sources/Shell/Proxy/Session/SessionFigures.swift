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
            connectionID: login.login?.connectionID,
            user: login.login?.user,
            host: client.host,
            isVirtualSchemaSelected: conversation?.isVirtualSchemaSelected ?? false,
            isTLS: login.isSecure,
            state: rowState,
            commands: conversation?.commandCount ?? 0,
            bytesIn: figures.bytesIn,
            bytesOut: figures.bytesOut,
            ageMilliseconds: Int((now - figures.startedAt).nanoseconds / 1_000_000)
        )
    }

    private var rowState: ClientSessionRow.State {
        switch stage {
        case .proxyHeader: .connecting
        case .login: login.isServerDeciding ? .authenticating : .connecting
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
