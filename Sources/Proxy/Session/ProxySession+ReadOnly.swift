internal import ClusterModel
internal import MySQLWire
internal import NIOCore

// A server that is read-only and refuses a write: its client is told where writes go.
extension ProxySession {
    /// - Parameter bytes: of mysqld, whose last packet is an error.
    /// - Returns: false if they are to be relayed as they are.
    func relayRefusal(_ bytes: Span<UInt8>) -> Bool {
        // Behind a session of the primary's port stands another sidecar, which has told it already.
        guard destination == shared.backend else { return false }
        let notice = shared.topology.notice
        let primary = notice.isLocalPrimary ? "" : notice.primary
        guard let (start, packet) = ReadOnlyRefusal.rewritten(lastOf: bytes, primary: primary) else { return false }
        if start > 0 { writeToClient(bytes.extracting(..<start).withUnsafeBytes { ByteBuffer(bytes: $0) }) }
        writeToClient(packet)
        return true
    }
}
