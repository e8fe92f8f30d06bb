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
        leaveDirectory()
        if isLocal { enterDirectory(login) }
        told = Told()
        // Behind a session of the primary's port another sidecar may stand, which tells what it sees.
        told.isTracking = login.capabilities.contains(.sessionTrack) && (isLocal || destination == shared.backend)
        return addNotice(to: packets)
    }

    /// An answer of the sidecar's own: its last packet, if that is an OK, tells what has changed.
    ///
    /// - Parameter command: what it answers.
    func told(_ packets: ByteBuffer, answering command: UInt8) -> ByteBuffer {
        // These answers have what looks like an OK at another place than their end.
        if command == Command.statementPrepare || command == Command.fieldList { return packets }
        return addNotice(to: packets)
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

    /// Relays bytes of mysqld while something is to be told: what may be the OK that ends an answer is kept until it
    /// is whole.
    func relayWithNotice(_ buffer: ByteBuffer) throws(ProtocolViolation) {
        var bytes = buffer
        if fromBackend.readableBytes > 0 {
            bytes = fromBackend
            bytes.writeImmutableBuffer(buffer)
            fromBackend = ByteBuffer()
        }
        shared.counters.bytesFromServer.add(buffer.readableBytes)
        var isIdle = false
        while bytes.readableBytes > 0 {
            guard isNoticeDue else {
                isIdle = try machine.consumeServer(bytes.readableBytesUInt8Span).isIdle
                writeToClient(bytes)
                break
            }
            let search = try machine.consumeServerUpToOK(bytes.readableBytesUInt8Span)
            isIdle = search.outcome.isIdle
            guard let ok = search.ok else {
                if search.consumed > 0, let slice = bytes.readSlice(length: search.consumed) {
                    let isRefusal =
                        machine.endedInError && isIdle && relayRefusal(slice.readableBytesUInt8Span)
                    if !isRefusal { writeToClient(slice) }
                }
                fromBackend = bytes
                break
            }
            if ok.lowerBound > 0, let slice = bytes.readSlice(length: ok.lowerBound) { writeToClient(slice) }
            guard let packet = bytes.readSlice(length: ok.count) else { break }
            if let changed = due.added(toOK: packet) {
                noteTold()
                writeToClient(changed)
            } else {
                writeToClient(packet)
            }
        }
        if isIdle, fromBackend.readableBytes == 0 { becameIdle() }
    }
}
