internal import MySQLWire
internal import NIOCore
internal import Sockets

// mysqld's side.
extension ProxySession {
    /// The steady state: what mysqld says goes on from where it was read to.
    func backendSent(_ bytes: Span<UInt8>) {
        guard phase == .relaying, question == nil, !isNoticeDue, fromBackend.readableBytes == 0, heldRefusal == nil
        else {
            return backendSent(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) })
        }
        do {
            let outcome = try machine.consumeServer(bytes)
            shared.counters.bytesFromServer.add(bytes.count)
            guard outcome.consumed == bytes.count, outcome.refusalBytes == 0 else {
                var rest = bytes.withUnsafeBytes { ByteBuffer(bytes: $0) }
                relayConsumed(of: &rest, outcome)
                return try relayParts(of: rest)
            }
            figures.bytesOut &+= bytes.count
            client?.relay(bytes)
            if outcome.isIdle { becameIdle() }
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
    }

    func backendSent(_ buffer: ByteBuffer) {
        switch phase {
        case .relaying: relay(buffer)
        case .login: takeGreeting(buffer)
        case .authenticating: authenticate(with: buffer)
        case .proxyHeader, .local, .closed: break
        }
    }

    func backendReadCompleted() {
        flushClient()
        flushBackend()
        readBackend()
    }

    func backendWritabilityChanged() {
        isBackendWritable = backend?.isWritable ?? false
        if isBackendWritable { readClient() }
    }

    /// mysqld sends no more, and does not listen either then.
    func backendEnded(_ handler: BackendHandler) {
        guard handler === backendHandler else { return }
        backend?.close()
    }

    func backendDisconnected(_ handler: BackendHandler) {
        // Not of a connection that the session has left for another.
        guard handler === backendHandler else { return }
        backend = nil
        switch phase {
        case .login:
            backendFailed()
        case .authenticating, .relaying:
            endAfterBackend()
        case .proxyHeader, .local, .closed:
            break
        }
    }

    /// mysqld has closed the session: so does the sidecar, with no words but those of mysqld's that went before. Drivers
    /// know a connection that ends, and few of them an error that says it.
    private func endAfterBackend() {
        guard hasCommandUnderWay else { return closeAfterWriting() }
        shared.counters.backendFailures.add(1)
        endWhenProbed(until: .now() + Self.patienceWithProbe)
    }

    /// A client that hears of mysqld's death amid a command may look at once for the next primary, at any node: it hears
    /// of it when the probe has seen it too, and so the tables have it. mysqld also closes sessions without dying.
    private func endWhenProbed(until deadline: NIODeadline) {
        guard client != nil, phase == .authenticating || phase == .relaying else { return }
        guard isBackendLocal, !shared.node.isServerDown, !shared.isDraining, .now() < deadline else {
            return closeAfterWriting()
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.endWhenProbed(until: deadline) }
    }

    func readBackend() {
        guard let backend, authentication?.isCiphering != true,
            phase != .relaying || (isClientWritable && heldRefusal == nil)
        else { return }
        backend.read()
    }

    private func relay(_ buffer: ByteBuffer) {
        if question != nil, answerQuestion(with: buffer) { return }
        shared.counters.bytesFromServer.add(buffer.readableBytes)
        var bytes = buffer
        if fromBackend.readableBytes > 0 {
            bytes = fromBackend
            bytes.writeImmutableBuffer(buffer)
            fromBackend = ByteBuffer()
        }
        do {
            try relayParts(of: bytes)
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
    }

    /// Relays bytes of which some may be another packet by then: an OK that tells what has changed, or a refusal that
    /// names the primary. What may be the beginning of one is kept until it is whole.
    func relayParts(of buffer: ByteBuffer) throws(ProtocolViolation) {
        var bytes = buffer
        var isWaiting = false
        while bytes.readableBytes > 0, !isWaiting, heldRefusal == nil, phase == .relaying {
            if isNoticeDue {
                isWaiting = try !relayUpToOK(&bytes)
            } else {
                let outcome = try machine.consumeServer(bytes.readableBytesUInt8Span)
                isWaiting = outcome.refusalBytes == 0
                relayConsumed(of: &bytes, outcome)
            }
        }
        fromBackend = bytes
        if machine.isIdle || machine.isDumping, bytes.readableBytes == 0 || isPinging { becameIdle() }
    }

    /// Relays what the machine has followed.
    private func relayConsumed(of bytes: inout ByteBuffer, _ outcome: SessionMachine.ServerOutcome) {
        let plain = outcome.consumed - outcome.refusalBytes
        if plain > 0, let slice = bytes.readSlice(length: plain) { writeToClient(slice) }
        if outcome.refusalBytes > 0, let packet = bytes.readSlice(length: outcome.refusalBytes) {
            relayRefusal(packet)
        }
    }

    func becameIdle() {
        guard heldRefusal == nil else { return }
        if isPinging { return readPing() }
        if pendingKill != nil { concludeKill() }
        if isClientBlocked {
            processClient()
            readClient()
        }
    }
}
