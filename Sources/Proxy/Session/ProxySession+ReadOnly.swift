internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import Sockets

// A server that is read-only and refuses a write: its client is told where writes go.
extension ProxySession {
    /// - Parameter packet: an error with number 1290 of the local mysqld, as a whole.
    func relayRefusal(_ packet: ByteBuffer) {
        let notice = shared.topology.notice
        if notice.isLocalPrimary { return holdRefusal(packet) }
        writeToClient(
            ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: notice.primary) ?? packet
        )
    }

    /// This node's server is the primary in all tables, and takes no writes any more: a client that hears of it may look
    /// at once for the next primary, at any node. So the probe looks first, and what mysqld says meanwhile waits.
    private func holdRefusal(_ packet: ByteBuffer) {
        // Any primary will do to tell such a refusal from other errors.
        guard ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: "-") != nil else {
            return writeToClient(packet)
        }
        heldRefusal = packet
        isClientBlocked = true
        shared.node.lookAtServer()
        let deadline = NIODeadline.now() + Self.patienceWithProbe
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.execute { bound.value.tellRefusal(until: deadline) }
    }

    private func tellRefusal(until deadline: NIODeadline) {
        guard let packet = heldRefusal, phase == .relaying else { return }
        let notice = shared.currentTopology().notice
        guard notice.isLocalPrimary, !shared.isDraining, .now() < deadline else {
            heldRefusal = nil
            let rewritten = ReadOnlyRefusal.rewritten(
                packet.readableBytesUInt8Span,
                primary: notice.isLocalPrimary ? "" : notice.primary
            )
            writeToClient(rewritten ?? packet)
            return goOnAfterRefusal()
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.tellRefusal(until: deadline) }
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
