internal import ClusterModel
package import MySQLWire
internal import NIOCore
internal import QueryRouting

// mysqld's side.
extension Conversation {
    /// The steady state: what mysqld says goes on from where it was read to.
    ///
    /// - Parameter topologyVersion: as it is now.
    /// - Returns: nil if it is not the steady state: the bytes are an event.
    /// - Throws: what mysqld gets wrong.
    package mutating func followServer(
        _ bytes: Span<UInt8>,
        topologyVersion: UInt64
    ) throws(ProtocolViolation) -> Followed? {
        guard fromServer.readableBytes == 0, !(told.isTracking && told.version != topologyVersion),
            case .following(let follow) = phase
        else { return nil }
        let outcome = try machine.consumeServer(bytes)
        let plain = outcome.consumed - outcome.refusalBytes
        guard plain == bytes.count else {
            bytes.extracting(plain...).withUnsafeBytes { _ = fromServer.writeBytes($0) }
            refusalBytes = outcome.refusalBytes
            return Followed(count: plain, isMore: true)
        }
        let isMore = outcome.isIdle && (isClientBlocked || follow != .plain)
        return Followed(count: plain, isMore: isMore)
    }

    mutating func followServer(_ bytes: ByteBuffer) throws(ProtocolViolation) {
        switch phase {
        case .exchange(let exchange):
            guard case .asking(let question) = exchange.step else { return keep(bytes) }
            try answer(question, exchange, bytes)
        case .readingPong(var received):
            received.writeImmutableBuffer(bytes)
            phase = .readingPong(received)
            try readPong()
        case .following:
            keep(bytes)
            try relayParts()
        case .holding: keep(bytes)
        case .changingUser, .over: break
        }
    }

    private mutating func keep(_ bytes: ByteBuffer) {
        if fromServer.readableBytes == 0 { fromServer = bytes } else { fromServer.writeImmutableBuffer(bytes) }
    }

    private var isNoticeDue: Bool { told.isTracking && told.version != now.topology.version }

    /// Relays bytes of which some may be another packet by then: an OK that tells what has changed, or a refusal that
    /// names the primary. What may be the beginning of one is kept until it is whole.
    mutating func relayParts() throws(ProtocolViolation) {
        if refusalBytes > 0 { relayRefusal() }
        var isWaiting = false
        while fromServer.readableBytes > 0, !isWaiting, case .following = phase {
            if isNoticeDue {
                isWaiting = try !relayUpToOK()
            } else {
                let bytes = fromServer
                let outcome = try machine.consumeServer(bytes.readableBytesUInt8Span)
                isWaiting = outcome.refusalBytes == 0
                relay(outcome.consumed - outcome.refusalBytes)
                refusalBytes = outcome.refusalBytes
                if refusalBytes > 0 { relayRefusal() }
            }
        }
        guard case .following(let follow) = phase else { return }
        if machine.isIdle || machine.isDumping, fromServer.readableBytes == 0 || follow == .ping {
            try becomeIdle(follow)
        }
    }

    private mutating func relay(_ count: Int) {
        if count > 0, let slice = fromServer.readSlice(length: count) { actions.append(.toClient(slice)) }
    }

    /// Relays bytes of mysqld while something is to be told, up to the OK packet that tells it, or a refusal.
    ///
    /// - Returns: false if the rest has to wait for what comes next.
    private mutating func relayUpToOK() throws(ProtocolViolation) -> Bool {
        let bytes = fromServer
        let search = try machine.consumeServerUpToOK(bytes.readableBytesUInt8Span)
        let refusal = search.outcome.refusalBytes
        relay(search.ok?.lowerBound ?? search.consumed - refusal)
        if refusal > 0 {
            refusalBytes = refusal
            relayRefusal()
        } else if let ok = search.ok, let packet = fromServer.readSlice(length: ok.count) {
            actions.append(.toClient(telling(inOK: packet)))
        } else {
            return false
        }
        return true
    }

    private mutating func becomeIdle(_ follow: Follow) throws(ProtocolViolation) {
        switch follow {
        case .ping:
            machine.stopsWhenIdle = false
            phase = .readingPong(fromServer)
            fromServer = ByteBuffer()
            return try readPong()
        case .kill(let kill):
            phase = .following(.plain)
            if !machine.endedInError {
                actions.append(.kill(kill.scope, connectionID: kill.connectionID, isOwn: false))
            }
        case .plain: break
        }
        if isClientBlocked { try followClient() }
    }

    /// All is answered but the ping.
    private mutating func readPong() throws(ProtocolViolation) {
        guard case .readingPong(var received) = phase else { return }
        guard try PacketReader.next(from: &received, limit: QuestionReader.maximumBytes) != nil else { return }
        phase = .following(.plain)
        try followClient()
    }

    // MARK: - Refusals of a server that is read-only: the client is told where writes go

    private mutating func relayRefusal() {
        defer { refusalBytes = 0 }
        guard let packet = fromServer.readSlice(length: refusalBytes), case .following(let follow) = phase else {
            return
        }
        // Any primary will do to tell such a refusal from other errors.
        guard ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: "-") != nil else {
            return actions.append(.toClient(packet))
        }
        let notice = now.topology.notice
        guard notice.isLocalPrimary || now.isPrimarySought else { return tell(packet, primary: notice.primary) }
        // In all tables this node's server is the primary, and yet it takes no writes; or the primary has just gone. A client
        // that hears of it may look at once for the next primary, at any node. So the probe looks first, the next primary
        // may make itself known, and what mysqld says waits meanwhile.
        phase = .holding(packet, follow)
        isClientBlocked = true
        actions.append(.holdRefusal(asksProbe: notice.isLocalPrimary))
    }

    private mutating func tell(_ packet: ByteBuffer, primary: String) {
        let told = ReadOnlyRefusal.rewritten(packet.readableBytesUInt8Span, primary: primary) ?? packet
        actions.append(.toClient(told))
    }

    /// - Parameter isDue: whoever was to look has had the time for it.
    mutating func reviewRefusal(isDue: Bool) throws(ProtocolViolation) {
        guard case .holding(let packet, let follow) = phase else { return }
        let notice = now.topology.notice
        if !now.isDraining {
            if notice.isLocalPrimary, !isDue { return }
            if !notice.isLocalPrimary, now.isPrimarySought {
                if isDue { actions.append(.holdRefusal(asksProbe: false)) }
                return
            }
        }
        phase = .following(follow)
        tell(packet, primary: notice.isLocalPrimary ? "" : notice.primary)
        try goOn()
    }
}
