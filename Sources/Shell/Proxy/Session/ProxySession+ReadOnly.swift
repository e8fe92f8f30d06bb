internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import Sockets

// A server that is read-only and refuses a write: its client is told where writes go.
extension ProxySession {
    /// - Parameter packet: an error with number 1290 of the local mysqld, as a whole.
    func relayRefusal(_ packet: ByteBuffer) {
        // Any primary will do to tell such a refusal from other errors.
        guard ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: "-") != nil else {
            return writeToClient(packet)
        }
        let notice = shared.topology.notice
        guard notice.isLocalPrimary || shared.isPrimarySought else { return tell(packet, primary: notice.primary) }
        // In all tables this node's server is the primary, and yet it takes no writes; or the primary has just gone. A client
        // that hears of it may look at once for the next primary, at any node. So the probe looks first, the next primary
        // may make itself known, and what mysqld says waits meanwhile.
        heldRefusal = packet
        isClientBlocked = true
        if notice.isLocalPrimary { shared.node.lookAtServer() }
        let deadline = NIODeadline.now() + Self.patienceWithProbe
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.execute { bound.value.tellRefusal(until: deadline) }
    }

    private func tell(_ packet: ByteBuffer, primary: String) {
        writeToClient(ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: primary) ?? packet)
    }

    /// - Parameter deadline: for the probe.
    private func tellRefusal(until deadline: NIODeadline) {
        guard let packet = heldRefusal, phase == .relaying else { return }
        var notice = shared.topology.notice
        if notice.isLocalPrimary { notice = shared.currentTopology().notice }
        let isToWait = notice.isLocalPrimary ? .now() < deadline : shared.isPrimarySought
        guard isToWait, !shared.isDraining else {
            heldRefusal = nil
            tell(packet, primary: notice.isLocalPrimary ? "" : notice.primary)
            return goOnAfterRefusal()
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .milliseconds(notice.isLocalPrimary ? 2 : 20)) {
            bound.value.tellRefusal(until: deadline)
        }
    }

    private func goOnAfterRefusal() {
        let rest = fromBackend
        fromBackend = ByteBuffer()
        do {
            try relayParts(of: rest)
        } catch {
            return fail(error, sequence: 1, from: "mysqld")
        }
        if isClientBlocked { processClient() }
        flushBackend()
        flushClient()
        readBackend()
        readClient()
    }

    /// How long a client waits for the probe to see what it is about to be told.
    static let patienceWithProbe = TimeAmount.milliseconds(50)
}
