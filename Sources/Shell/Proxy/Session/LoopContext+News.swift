internal import MySQLSession
internal import NIOCore
internal import Sockets

/// The sessions of one event loop that wait for something new of the node, each up to a time of its own.
struct NewsWaits {
    fileprivate var timers: [ObjectIdentifier: Scheduled<Void>] = [:]

    mutating func leave(_ session: ProxySession) { timers.removeValue(forKey: ObjectIdentifier(session))?.cancel() }
}

// Where mysqld and the primary are, and whether they can be reached.
extension LoopContext {
    var nodeFacts: NodeFacts {
        NodeFacts(
            ownServer: backend,
            clientPath: node.clientPath,
            isServerDown: node.isServerDown,
            primaryRoute: node.primaryRoute,
            isDraining: isDraining,
            gate: gate.closedReason,
            outageErrno: outageErrno
        )
    }

    /// The session is told when something is new (`newsOfNode`), at the latest at this time.
    func awaitNews(for session: ProxySession, until deadline: NIODeadline) {
        news.leave(session)
        let bound = NIOLoopBound(session, eventLoop: eventLoop)
        news.timers[ObjectIdentifier(session)] = eventLoop.scheduleTask(deadline: deadline) {
            let session = bound.value
            session.shared.news.leave(session)
            session.newsOfNode()
        }
    }

    func newsOfNode() {
        for id in Array(news.timers.keys) {
            guard let session = sessions[id] else { continue }
            news.leave(session)
            session.newsOfNode()
        }
    }
}
