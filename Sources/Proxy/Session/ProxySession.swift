internal import Logging
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// One client and the connection to mysqld behind it: carries out what the machines of MySQLWire decide.
///
/// Bound to one event loop, as are both of its channels: nothing here locks or waits.
final class ProxySession {
    enum Phase {
        /// Nobody is logged in yet.
        case login
        /// mysqld answers; first the login, then the commands.
        case relaying
        /// A sidecar account: everything is answered here.
        case local
        case closed
    }

    let shared: LoopContext
    private(set) var phase: Phase = .login
    var machine = SessionMachine(capabilities: [], isLocal: true)
    private(set) var login: LoginMachine.Login?
    private var loginMachine: LoginMachine
    private(set) var peerHost: String

    private var client: ChannelHandlerContext?
    private var backend: ChannelHandlerContext?
    /// Bytes of the client that wait: for the rest of a packet, or for their turn.
    var fromClient = ByteBuffer()
    /// Bytes of mysqld before it is known who answers the session.
    private var fromBackend = ByteBuffer()
    /// The client's next command waits until mysqld has answered the ones before it.
    private var isClientBlocked = false
    private var isGreeted = false
    private var loginDeadline: Scheduled<Void>?
    private var greetingDeadline: Scheduled<Void>?
    var ownStatements = OwnStatements()

    init(shared: LoopContext, peerHost: String) {
        self.shared = shared
        self.peerHost = peerHost
        self.loginMachine = LoginMachine(
            ownScramble: shared.makeScramble(),
            clientHost: peerHost,
            virtualSchema: "cluster_schema"
        )
    }

    var canDrainNow: Bool {
        switch phase {
        case .login, .closed, .local: true
        case .relaying: machine.isIdle && !machine.status.contains(.inTransaction) && fromClient.readableBytes == 0
        }
    }

    func close() {
        client?.close(promise: nil)
        backend?.close(promise: nil)
    }

    /// Writes to the client; `flushClient` sends it.
    func writeToClient(_ buffer: ByteBuffer) {
        client?.write(NIOAny(buffer), promise: nil)
    }

    func writeToBackend(_ buffer: ByteBuffer) {
        shared.counters.bytesFromClients.add(buffer.readableBytes)
        backend?.write(NIOAny(buffer), promise: nil)
    }

    func flushClient() { client?.flush() }
    func flushBackend() { backend?.flush() }

    /// Sends what is left and closes, even if the client is slow to read it.
    func closeAfterWriting(_ buffer: ByteBuffer = ByteBuffer()) {
        phase = .closed
        backend?.close(promise: nil)
        guard let channel = client?.channel else { return }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(30)) { channel.close(promise: nil) }
        channel.writeAndFlush(buffer).whenComplete { _ in
            deadline.cancel()
            channel.close(promise: nil)
        }
    }

    /// The client broke the protocol, or mysqld did: say so in the protocol's own words and end the session.
    func fail(_ violation: ProtocolViolation, sequence: UInt8, from side: String) {
        shared.counters.protocolViolations.add(1)
        shared.logger.info(
            "session ended: protocol violation",
            metadata: ["peer": "\(peerHost)", "side": "\(side)", "what": "\(violation)"]
        )
        var writer = PacketWriter(nextSequence: sequence)
        if isGreeted { violation.sqlError.write(to: &writer) }
        closeAfterWriting(writer.buffer)
    }
}

// MARK: - The client's side

extension ProxySession {
    func clientConnected(_ context: ChannelHandlerContext) {
        client = context
        shared.sessions[ObjectIdentifier(self)] = self
        shared.counters.acceptedConnections.add(1)
        shared.counters.currentConnections.add(1)
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        loginDeadline = shared.eventLoop.scheduleTask(
            in: .milliseconds(Int64(shared.limits.handshakeTimeoutMilliseconds))
        ) { bound.value.loginTimedOut() }
        BackendConnector.connect(self, context: shared).assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.backendConnected()
            case .failure: self.backendFailed()
            }
        }
        context.read()
    }

    func clientSent(_ buffer: ByteBuffer) {
        if fromClient.readableBytes == 0 {
            fromClient = buffer
        } else {
            fromClient.writeImmutableBuffer(buffer)
        }
        processClient()
    }

    func clientReadCompleted() {
        flushBackend()
        flushClient()
        readClient()
    }

    func clientWritabilityChanged() {
        guard let client, client.channel.isWritable else { return }
        processClient()
        flushBackend()
        flushClient()
        readClient()
        readBackend()
    }

    func clientDisconnected() {
        client = nil
        end()
    }

    private func end() {
        phase = .closed
        loginDeadline?.cancel()
        greetingDeadline?.cancel()
        backend?.close(promise: nil)
        if shared.sessions.removeValue(forKey: ObjectIdentifier(self)) != nil {
            shared.counters.currentConnections.add(-1)
        }
    }

    private func readClient() {
        guard let client, !isClientBlocked else { return }
        if phase == .relaying, backend?.channel.isWritable == false { return }
        if phase == .local, !client.channel.isWritable { return }
        client.read()
    }

    private func loginTimedOut() {
        shared.logger.info("session ended: login took too long", metadata: ["peer": "\(peerHost)"])
        shared.counters.failedLogins.add(1)
        close()
    }

    /// Goes on with the client's bytes as far as they and mysqld's answers allow.
    private func processClient() {
        do {
            switch phase {
            case .login: try processLogin()
            case .relaying, .local: try processCommands()
            case .closed: fromClient.clear()
            }
        } catch {
            let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
            fail(error, sequence: sequence &+ 1, from: "client")
        }
        if fromClient.readableBytes == 0 { fromClient = ByteBuffer() }
    }

    private func processLogin() throws(ProtocolViolation) {
        while phase == .login, isGreeted {
            guard
                let packet = try PacketReader.next(from: &fromClient, limit: LoginMachine.maximumPacketBytes)
            else { return }
            let action = try loginMachine.clientSent(
                packet,
                accounts: shared.accounts,
                isRelayForbidden: shared.forbiddenUsers.contains
            )
            if let action { carryOut(action) }
        }
        // A client that speaks before it is greeted is kept waiting, with a bound.
        if !isGreeted, fromClient.readableBytes > LoginMachine.maximumPacketBytes {
            throw .packetTooLarge(length: fromClient.readableBytes, limit: LoginMachine.maximumPacketBytes)
        }
        if phase == .relaying || phase == .local { try processCommands() }
    }

    private func processCommands() throws(ProtocolViolation) {
        isClientBlocked = false
        while phase == .relaying || phase == .local {
            let bytes = fromClient
            let scan = try machine.scanClient(bytes.readableBytesUInt8Span) { statement in
                statement.withUnsafeBytes { StatementMarker.isCandidate($0) }
            }
            if scan.forward > 0, let slice = fromClient.readSlice(length: scan.forward) { writeToBackend(slice) }
            switch scan.stop {
            case .needsMore:
                return
            case .blocked:
                isClientBlocked = true
                return
            case .intercept(let command, let payloadLength):
                // Answers of our own wait for a client that reads: they must not pile up here.
                guard client?.channel.isWritable == true else {
                    isClientBlocked = true
                    return
                }
                let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
                guard let packet = fromClient.readSlice(length: PacketFormat.headerBytes + payloadLength) else {
                    return
                }
                shared.counters.commandsInspected.add(1)
                handle(InterceptedCommand(code: command, sequence: sequence, packet: packet))
            }
        }
    }
}

// MARK: - The login

extension ProxySession {
    private func carryOut(_ action: LoginMachine.Action) {
        switch action {
        case .send(let bytes):
            isGreeted = true
            client?.writeAndFlush(NIOAny(bytes), promise: nil)
        case .relay(let bytes, let login):
            begin(login, phase: .relaying)
            machine.beginAuthentication()
            writeToBackend(bytes)
            flushBackend()
            if fromBackend.readableBytes > 0 { relay(takeFromBackend()) }
        case .serve(let bytes, let login):
            begin(login, phase: .local)
            loginDeadline?.cancel()
            backend?.close(promise: nil)
            client?.writeAndFlush(NIOAny(bytes), promise: nil)
        case .refuse(let bytes, let error):
            shared.counters.failedLogins.add(1)
            shared.logger.info(
                "login refused",
                metadata: ["peer": "\(peerHost)", "errno": "\(error.errno)"]
            )
            closeAfterWriting(bytes)
        }
    }

    private func begin(_ login: LoginMachine.Login, phase: Phase) {
        self.login = login
        self.phase = phase
        machine = SessionMachine(capabilities: login.capabilities, isLocal: phase == .local)
        machine.isVirtualSchemaSelected = login.isVirtualSchemaSelected
    }

    private var outageGreeting: OutageGreeting {
        OutageGreeting(serverVersion: shared.node.serverVersion, connectionID: shared.nextOwnConnectionID())
    }

    private func backendConnected() {
        guard phase == .login, client != nil else {
            backend?.close(promise: nil)
            return
        }
        let wait =
            shared.node.isServerDown
            ? shared.limits.greetingTimeoutWhenDownMilliseconds : shared.limits.greetingTimeoutMilliseconds
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        greetingDeadline = shared.eventLoop.scheduleTask(in: .milliseconds(Int64(wait))) { bound.value.backendFailed() }
        backend?.read()
    }

    /// mysqld cannot be reached, does not greet or has gone before the login: the sidecar greets in its place.
    private func backendFailed() {
        guard phase == .login, !isGreeted, client != nil else { return }
        shared.counters.backendFailures.add(1)
        greetingDeadline?.cancel()
        carryOut(loginMachine.serverIsUnavailable(shared.outageError, outage: outageGreeting))
        backend?.close(promise: nil)
        processClient()
    }
}

// MARK: - mysqld's side

extension ProxySession {
    func backendAdded(_ context: ChannelHandlerContext) {
        backend = context
    }

    func backendSent(_ buffer: ByteBuffer) {
        switch phase {
        case .login: greet(with: buffer)
        case .relaying: relay(buffer)
        case .local, .closed: break
        }
    }

    func backendReadCompleted() {
        flushClient()
        flushBackend()
        readBackend()
    }

    func backendWritabilityChanged() {
        if backend?.channel.isWritable == true { readClient() }
    }

    func backendDisconnected() {
        backend = nil
        switch phase {
        case .login:
            if isGreeted { close() } else { backendFailed() }
        case .relaying:
            endAfterBackend()
        case .local, .closed:
            break
        }
    }

    /// mysqld has closed the session: a client that waits for an answer is told why it will not come.
    private func endAfterBackend() {
        shared.counters.backendFailures.add(machine.isIdle ? 0 : 1)
        var writer = PacketWriter(nextSequence: 1)
        if machine.hasUnansweredCommand { shared.outageError.write(to: &writer) }
        closeAfterWriting(writer.buffer)
    }

    private func readBackend() {
        guard let backend, phase == .login || client?.channel.isWritable == true else { return }
        backend.read()
    }

    private func takeFromBackend() -> ByteBuffer {
        let bytes = fromBackend
        fromBackend = ByteBuffer()
        return bytes
    }

    private func greet(with buffer: ByteBuffer) {
        fromBackend.writeImmutableBuffer(buffer)
        guard !isGreeted else { return }
        do {
            guard let packet = try PacketReader.next(from: &fromBackend, limit: LoginMachine.maximumPacketBytes)
            else { return }
            greetingDeadline?.cancel()
            carryOut(try loginMachine.serverGreeted(packet.payload, outage: outageGreeting))
            processClient()
        } catch {
            shared.counters.protocolViolations.add(1)
            shared.logger.warning("mysqld's greeting cannot be understood", metadata: ["what": "\(error)"])
            backendFailed()
        }
    }

    private func relay(_ buffer: ByteBuffer) {
        do {
            let outcome = try machine.consumeServer(buffer.readableBytesUInt8Span)
            shared.counters.bytesFromServer.add(buffer.readableBytes)
            writeToClient(buffer)
            if let isAccepted = outcome.isAccepted { loginEnded(isAccepted) }
            if outcome.isIdle { becameIdle() }
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
    }

    private func loginEnded(_ isAccepted: Bool) {
        loginDeadline?.cancel()
        if !isAccepted { shared.counters.failedLogins.add(1) }
    }

    private func becameIdle() {
        if isClientBlocked {
            processClient()
            readClient()
        }
        if shared.isDraining, canDrainNow { closeAfterWriting() }
    }
}
