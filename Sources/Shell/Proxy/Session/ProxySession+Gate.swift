internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// The gate between a session and the node's own mysqld: looked at whenever bytes pass, in both directions.
extension ProxySession {
    /// What goes to mysqld, and what comes from it, is not to pass any more.
    var isGateClosed: Bool { server.isLocal && !shared.gate.isOpen }

    /// And commands are what would pass.
    var isAtClosedGate: Bool { stage == .conversation && isGateClosed }

    /// A command comes too late: its client hears why, if it waits for nothing else.
    func refuseAtGate(_ bytes: Span<UInt8>) {
        guard conversation?.isAtRest ?? false, bytes.count > PacketFormat.headerBytes,
            let reason = shared.gate.closedReason
        else { return endAtGate() }
        let notice = shared.topology.notice
        var writer = PacketWriter(nextSequence: bytes[3] &+ 1)
        GateRefusal.command(reason, primary: notice.isLocalPrimary ? "" : notice.primary).write(to: &writer)
        endAtGate(hearing: writer.buffer)
    }

    /// A client that waits for an answer does not get one: what became of its command is unknown to it, as when a server dies.
    func endAtGate(hearing packet: ByteBuffer = ByteBuffer()) {
        shared.counters.count(.endsAtGate)
        guard client.connection?.waitingBytes == 0, conversation?.hasCommandUnderWay != true else {
            // What waits to be written may be an answer of mysqld's.
            return close()
        }
        closeAfterWriting(packet)
    }
}

extension LoopContext {
    /// The gate has been closed, or its time has ended.
    func endSessionsAtGate() {
        for session in Array(sessions.values) where session.isGateClosed { session.endAtGate() }
        newsOfNode()
    }
}
