internal import MySQLWire
internal import NIOCore
internal import Sockets

// mysqld's side.
extension ProxySession {
    /// The steady state: what mysqld says goes on from where it was read to.
    func backendSent(_ bytes: Span<UInt8>) {
        guard phase == .relaying, question == nil, !isNoticeDue else {
            return backendSent(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) })
        }
        do {
            let outcome = try machine.consumeServer(bytes)
            shared.counters.bytesFromServer.add(bytes.count)
            if machine.endedInError, outcome.isIdle, relayRefusal(bytes) { return becameIdle() }
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
        case .login: greet(with: buffer)
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

    func backendDisconnected(_ handler: BackendHandler) {
        // Not of a connection that the session has left for another.
        guard handler === backendHandler else { return }
        backend = nil
        switch phase {
        case .login:
            // The client is greeted by now, in whose name ever: an account of the sidecar needs no mysqld.
            if isGreeted { loginMachine.serverLeft(shared.outageError(door)) } else { backendFailed() }
        case .authenticating, .relaying:
            endAfterBackend()
        case .proxyHeader, .local, .closed:
            break
        }
    }

    /// mysqld has closed the session: a client that waits for an answer is told why it will not come.
    private func endAfterBackend() {
        shared.counters.backendFailures.add(machine.isIdle ? 0 : 1)
        tellEnd(until: .now() + Self.patienceWithProbe)
    }

    /// A client that hears of mysqld's death may look at once for the next primary, at any node: it is told when the
    /// probe has seen it too, and so the tables have it. mysqld also closes sessions without dying.
    private func tellEnd(until deadline: NIODeadline) {
        guard client != nil, phase == .authenticating || phase == .relaying else { return }
        guard isBackendLocal, !shared.node.isServerDown, !shared.isDraining, .now() < deadline else {
            return cut(shared.outageError(door))
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.tellEnd(until: deadline) }
    }

    func readBackend() {
        guard let backend, phase != .relaying || isClientWritable else { return }
        backend.read()
    }

    private func relay(_ buffer: ByteBuffer) {
        if question != nil, answerQuestion(with: buffer) { return }
        do {
            if isNoticeDue { return try relayWithNotice(buffer) }
            let outcome = try machine.consumeServer(buffer.readableBytesUInt8Span)
            shared.counters.bytesFromServer.add(buffer.readableBytes)
            if machine.endedInError, outcome.isIdle, relayRefusal(buffer.readableBytesUInt8Span) {
                return becameIdle()
            }
            writeToClient(buffer)
            if outcome.isIdle { becameIdle() }
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
    }

    func becameIdle() {
        guard heldRefusal == nil else { return }
        if pendingKill != nil { concludeKill() }
        if isClientBlocked {
            processClient()
            readClient()
        }
        if shared.isDraining, canDrainNow { closeAfterWriting() }
    }
}
