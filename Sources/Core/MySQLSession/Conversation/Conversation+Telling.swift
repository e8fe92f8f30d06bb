internal import ClusterModel
internal import MySQLWire
package import NIOCore

// Changes of the topology as changed session variables in OK packets, for clients with CLIENT_SESSION_TRACK.
extension Conversation {
    /// What the client was told last.
    struct Told {
        /// It negotiated session tracking, and no other sidecar behind the session tells it.
        var isTracking = false
        var version: UInt64 = 0
        var redirectURL: String?
    }

    /// The OK packet that ends a login tells how things are.
    ///
    /// - Parameter packets: whole ones; the last is that OK.
    package mutating func welcomed(_ packets: ByteBuffer) -> (packets: ByteBuffer, isNoticed: Bool) {
        let changed = noticed(packets)
        return (changed ?? packets, changed != nil)
    }

    /// An answer of the sidecar's own: its last packet, if that is an OK, tells what has changed.
    ///
    /// - Parameter command: what it answers.
    mutating func telling(_ packets: ByteBuffer, answering command: UInt8) -> ByteBuffer {
        switch command {
        // These answers have what looks like an OK at another place than their end, or at an end that clients do not take
        // for one.
        case Command.statementPrepare, Command.fieldList, Command.statementFetch: return packets
        default:
            guard let changed = noticed(packets) else { return packets }
            actions.append(.count(.topologyNotice))
            return changed
        }
    }

    mutating func telling(inOK packet: ByteBuffer) -> ByteBuffer {
        guard let changed = change.added(toOK: packet) else { return packet }
        noteTold()
        actions.append(.count(.topologyNotice))
        return changed
    }

    private mutating func noticed(_ packets: ByteBuffer) -> ByteBuffer? {
        guard told.isTracking, told.version != now.topology.version, let changed = change.added(toLastOf: packets)
        else { return nil }
        noteTold()
        return changed
    }

    private var change: SessionStateChange {
        let topology = now.topology
        return topology.notice.redirectURL == told.redirectURL ? topology.change : topology.changeWithRedirect
    }

    private mutating func noteTold() {
        told.version = now.topology.version
        told.redirectURL = now.topology.notice.redirectURL
    }
}
