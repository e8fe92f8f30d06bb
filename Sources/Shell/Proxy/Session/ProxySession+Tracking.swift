internal import ClusterModel
internal import MySQLWire
internal import NIOCore

// Changes of the topology as changed session variables in OK packets, for clients with CLIENT_SESSION_TRACK.
extension ProxySession {
    /// What the client was told last.
    struct Told {
        /// It negotiated session tracking, and no other sidecar behind the session tells it.
        var isTracking = false
        var version: UInt64 = 0
        var redirectURL: String?
    }

    /// Something is to be told. One comparison as long as nothing changes.
    var isNoticeDue: Bool { told.version != shared.topology.version && told.isTracking }

    /// The OK packet that ends a login tells how things are.
    ///
    /// - Parameter packets: whole ones; the last is that OK.
    func welcomed(_ packets: ByteBuffer, _ login: LoginMachine.Login, isLocal: Bool) -> ByteBuffer {
        if !isLocal { _ = enterDirectory(login, isLocal: false) }
        told = Told()
        // Behind a session of the primary's port another sidecar may stand, which tells what it sees.
        told.isTracking = login.capabilities.contains(.sessionTrack) && (isLocal || isBackendLocal)
        return addNotice(to: packets)
    }

    /// An answer of the sidecar's own: its last packet, if that is an OK, tells what has changed.
    ///
    /// - Parameter command: what it answers.
    func told(_ packets: ByteBuffer, answering command: UInt8) -> ByteBuffer {
        switch command {
        // These answers have what looks like an OK at another place than their end, or at an end that clients do not take
        // for one.
        case Command.statementPrepare, Command.fieldList, Command.statementFetch: packets
        default: addNotice(to: packets)
        }
    }

    private func addNotice(to packets: ByteBuffer) -> ByteBuffer {
        guard isNoticeDue, let changed = due.added(toLastOf: packets) else { return packets }
        noteTold()
        return changed
    }

    private var due: SessionStateChange {
        let topology = shared.topology
        return topology.notice.redirectURL == told.redirectURL ? topology.change : topology.changeWithRedirect
    }

    private func noteTold() {
        shared.counters.topologyNotices.add(1)
        told.version = shared.topology.version
        told.redirectURL = shared.topology.notice.redirectURL
    }

    /// Relays bytes of mysqld while something is to be told, up to the OK packet that tells it, or a refusal.
    ///
    /// - Returns: false if the rest has to wait for what comes next.
    func relayUpToOK(_ bytes: inout ByteBuffer) throws(ProtocolViolation) -> Bool {
        let search = try machine.consumeServerUpToOK(bytes.readableBytesUInt8Span)
        let refusal = search.outcome.refusalBytes
        let plain = search.ok?.lowerBound ?? search.consumed - refusal
        if plain > 0, let slice = bytes.readSlice(length: plain) { writeToClient(slice) }
        if refusal > 0, let packet = bytes.readSlice(length: refusal) {
            relayRefusal(packet)
        } else if let ok = search.ok, let packet = bytes.readSlice(length: ok.count) {
            if let changed = due.added(toOK: packet) {
                noteTold()
                writeToClient(changed)
            } else {
                writeToClient(packet)
            }
        } else {
            return false
        }
        return true
    }
}
