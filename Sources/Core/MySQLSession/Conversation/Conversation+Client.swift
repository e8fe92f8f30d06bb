package import MySQLWire
internal import NIOCore
internal import QueryRouting

// The client's side.
extension Conversation {
    /// What of bytes that were followed where they lie goes on.
    package struct Followed: Equatable, Sendable {
        /// So many of the first bytes.
        package var count: Int
        /// `Event.goOn` is due.
        package var isMore: Bool
    }

    /// The steady state: what is complete goes on from where it was read to, and the rest is kept.
    ///
    /// - Returns: nil if it is not the steady state: the bytes are an event.
    /// - Throws: what the client gets wrong.
    package mutating func followClient(_ bytes: Span<UInt8>) throws(ProtocolViolation) -> Followed? {
        guard !setting.isLocal, !isClientBlocked, elections.fence == nil, fromClient.readableBytes == 0,
            case .following = phase
        else {
            return nil
        }
        let marker = setting.marker
        let scan = try machine.scanClient(bytes) { marker.isCandidate($0) }
        guard scan.forward < bytes.count else { return Followed(count: bytes.count, isMore: false) }
        bytes.extracting(scan.forward...).withUnsafeBytes { _ = fromClient.writeBytes($0) }
        return Followed(count: scan.forward, isMore: scan.stop != .needsMore)
    }

    /// Goes on with the client's bytes as far as they and mysqld's answers allow.
    mutating func followClient() throws(ProtocolViolation) {
        isClientBlocked = false
        while case .following(let follow) = phase {
            if case .kill = follow {
                isClientBlocked = true
                return
            }
            if elections.fence != nil, !observeFence() { return }
            let bytes = fromClient
            let marker = setting.marker
            let scan = try machine.scanClient(bytes.readableBytesUInt8Span) { marker.isCandidate($0) }
            if scan.forward > 0, let slice = fromClient.readSlice(length: scan.forward) {
                actions.append(.toServer(slice))
            }
            switch scan.stop {
            case .needsMore:
                return
            case .blocked:
                isClientBlocked = true
                return noteBlocked()
            case .misnumbered(let number):
                fromClient.setInteger(number, at: fromClient.readerIndex + 3)
            case .fenced(let payloadLength):
                guard isClientWritable else {
                    isClientBlocked = true
                    return
                }
                refuseFenced(payloadLength: payloadLength)
            case .intercept(let command, let payloadLength):
                // Answers of our own wait for a client that reads: they must not pile up here.
                guard isClientWritable else {
                    isClientBlocked = true
                    return
                }
                let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
                guard let packet = fromClient.readSlice(length: PacketFormat.headerBytes + payloadLength) else {
                    return
                }
                actions.append(.count(.inspectedCommand))
                begin(InterceptedCommand(code: command, sequence: sequence, packet: packet))
            }
        }
        isClientBlocked = true
    }

    // MARK: - Patience

    // A client whose command waits for answers that do not end: mysqld may take its time, or the sidecar has lost its place
    // in what mysqld says and waits for what has long been there.

    private mutating func noteBlocked() {
        guard !setting.isLocal, patience == nil else { return }
        patience = countOfCommands
        actions.append(.startPatience)
    }

    /// Asks behind all else: mysqld answers when it is done with that. An answer that comes before, to the sidecar's mind,
    /// has a number that does not follow, and so ends the session.
    mutating func endPatience() {
        guard let commands = patience else { return }
        patience = nil
        guard isClientBlocked, !machine.isIdle, case .following(.plain) = phase else { return }
        guard countOfCommands == commands else { return noteBlocked() }
        guard machine.takesCommandBehindOthers else { return }
        phase = .following(.ping)
        machine.stopsWhenIdle = true
        var writer = PacketWriter(nextSequence: 0)
        writer.packet { $0.writeInteger(Command.ping) }
        actions.append(.toServer(writer.buffer))
    }
}
