internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import Sockets

// A server that is read-only and refuses a write: its client is told where writes go.
extension ProxySession {
    /// - Parameter bytes: of mysqld, whose last packet is an error.
    /// - Returns: false if they are to be relayed as they are.
    func relayRefusal(_ bytes: Span<UInt8>) -> Bool {
        // Behind a session of the primary's port stands another sidecar, which has told it already.
        guard isBackendLocal else { return false }
        let notice = shared.topology.notice
        if notice.isLocalPrimary { return holdRefusal(bytes) }
        guard let (start, packet) = ReadOnlyRefusal.rewritten(lastOf: bytes, primary: notice.primary) else {
            return false
        }
        writeToClient(bytes, upTo: start)
        writeToClient(packet)
        return true
    }

    /// This node's server is the primary in all tables, and takes no writes any more: a client that hears of it may look
    /// at once for the next primary, at any node. So the probe looks first.
    private func holdRefusal(_ bytes: Span<UInt8>) -> Bool {
        // Any primary will do to tell such a refusal from other errors.
        guard let start = ReadOnlyRefusal.rewritten(lastOf: bytes, primary: "-")?.start else { return false }
        writeToClient(bytes, upTo: start)
        heldRefusal = bytes.extracting(start...).withUnsafeBytes { ByteBuffer(bytes: $0) }
        isClientBlocked = true
        shared.node.lookAtServer()
        tellRefusal(until: .now() + Self.patienceWithProbe)
        return true
    }

    private func tellRefusal(until deadline: NIODeadline) {
        guard let packet = heldRefusal, phase == .relaying else { return }
        let notice = shared.currentTopology().notice
        guard notice.isLocalPrimary, !shared.isDraining, .now() < deadline else {
            heldRefusal = nil
            let rewritten = ReadOnlyRefusal.rewritten(
                lastOf: packet.readableBytesUInt8Span,
                primary: notice.isLocalPrimary ? "" : notice.primary
            )
            writeToClient(rewritten?.packet ?? packet)
            becameIdle()
            flushBackend()
            return flushClient()
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.tellRefusal(until: deadline) }
    }

    private func writeToClient(_ bytes: Span<UInt8>, upTo end: Int) {
        guard end > 0 else { return }
        writeToClient(bytes.extracting(..<end).withUnsafeBytes { ByteBuffer(bytes: $0) })
    }

    /// How long a client waits for the probe to see what it is about to be told.
    static let patienceWithProbe = TimeAmount.milliseconds(50)
}
