internal import ClusterModel
internal import Logging
internal import MySQLWire
internal import NIOCore
internal import Sockets

// From the greeting to the verdict.
extension ProxySession {
    /// The client is greeted in the name of what will stand behind the session, as far as that is known now.
    func greetClient() {
        let server = shared.presentServer(behind: door)
        if !(server == shared.backend && shared.transport.sendsProxyHeader) {
            loginMachine.denialHint = LoginRefusal.hint(server, client: peerHost)
            loginMachine.denialHost = shared.hostSeen(by: server)
        }
        shared.withKnownServer(at: server) { known in
            guard self.phase == .login, self.client != nil, !self.isGreeted else { return }
            self.greetedID = self.shared.directory.nextConnectionID()
            self.carryOut(self.loginMachine.greet(as: known, connectionID: self.greetedID))
            self.processClient()
        }
    }

    /// What stands behind the session is known at once, but for the primary while there is none.
    private func findDestination() {
        switch door {
        case .node:
            connectOwnServer()
        case .primary:
            primaryDeadline = .now() + .milliseconds(Int64(shared.limits.primaryWaitMilliseconds))
            findPrimary()
        }
    }

    /// By the way on which mysqld takes no client for the sidecar.
    func connectOwnServer() {
        awaitClientPath(until: .now() + .milliseconds(Int64(shared.limits.greetingTimeoutMilliseconds)))
    }

    private func awaitClientPath(until deadline: NIODeadline) {
        guard phase == .login, client != nil else { return }
        switch shared.node.clientPath {
        case .configured: connectBackend(shared.backend, isLocal: true)
        case .loopback(let address): connectBackend(.tcp(address), isLocal: true)
        case .closed: backendFailed(LoginRefusal.closedSocket)
        case .unknown:
            guard .now() < deadline, !shared.node.isServerDown else { return backendFailed() }
            let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
            shared.eventLoop.scheduleTask(in: .milliseconds(20)) { bound.value.awaitClientPath(until: deadline) }
        }
    }

    func connectBackend(_ address: ServerAddress, isLocal: Bool) {
        destination = address
        isBackendLocal = isLocal
        if isBackendLocal, let relayedName, shared.isForbidden(relayedName) {
            let error = LoginMachine.forbidden(relayedName.text, at: peerHost)
            if let action = loginMachine.serverIsUnavailable(error) { carryOut(action) }
            return
        }
        BackendConnector.connect(to: address, within: greetingPatience, context: shared).assumeIsolated().whenComplete {
            switch $0 {
            case .success(let descriptor): self.backendConnected(descriptor)
            case .failure(let error): self.backendFailed(self.shared.connectError(error, self.door))
            }
        }
    }

    /// How long a server may take to be reached, and then to greet.
    private var greetingPatience: TimeAmount {
        let limit = shared.patienceWithGreeting(of: destination)
        guard let primaryDeadline else { return limit }
        return min(limit, max(primaryDeadline - .now(), .milliseconds(200)))
    }

    private var tellsServerOfClient: Bool { isBackendLocal && shared.transport.sendsProxyHeader }

    private func backendConnected(_ descriptor: Int32) {
        do {
            let handler = BackendHandler(session: self)
            backend = try Connection(descriptor, on: shared.eventLoop) { _ in handler }
            backendHandler = handler
        } catch {
            return backendFailed(shared.connectError(error, door))
        }
        guard phase == .login, client != nil else {
            backend?.close()
            return
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        greetingDeadline = shared.eventLoop.scheduleTask(in: greetingPatience) { bound.value.backendFailed() }
        if tellsServerOfClient {
            writeToBackend(ByteBuffer(bytes: ProxyHeader(ends: ends).encodedV2))
            flushBackend()
        }
        backend?.read()
    }

    /// mysqld cannot be reached, does not greet or has gone before it did.
    ///
    /// - Parameter error: nil for that of an outage.
    func backendFailed(_ error: SQLError? = nil) {
        guard phase == .login, client != nil, loginMachine.isServersTurn else { return }
        greetingDeadline?.cancel()
        if findPrimaryAgain() { return }
        shared.counters.backendFailures.add(1)
        if let action = loginMachine.serverIsUnavailable(error ?? shared.outageError(door)) { carryOut(action) }
        backend?.close()
    }

    /// mysqld's first packet.
    func takeGreeting(_ buffer: ByteBuffer) {
        guard loginMachine.isServersTurn, let destination else { return }
        fromBackend.writeImmutableBuffer(buffer)
        if primaryDeadline != nil, !leads(to: shared.node.primaryRoute), findPrimaryAgain() { return }
        do {
            guard let packet = try PacketReader.next(from: &fromBackend, limit: LoginMachine.maximumPacketBytes)
            else { return }
            greetingDeadline?.cancel()
            let reply = try ServerGreeting.parse(packet.payload)
            if case .greeting(let greeting) = reply { shared.servers.note(KnownServer(greeting), at: destination) }
            let outage = shared.outageError(door)
            if let action = loginMachine.serverReplied(reply, outage: outage) { carryOut(action) }
            processClient()
        } catch {
            shared.counters.protocolViolations.add(1)
            shared.logger.warning("mysqld's greeting cannot be understood", metadata: ["what": "\(error)"])
            backendFailed()
        }
    }

    func processLogin() throws(ProtocolViolation) {
        while phase == .login, loginMachine.isClientsTurn {
            guard
                let packet = try PacketReader.next(from: &fromClient, limit: LoginMachine.maximumPacketBytes)
            else { return }
            lastLoginPacket = .now()
            let action = try loginMachine.clientSent(
                packet,
                accounts: shared.accounts,
                outage: door == .node && shared.node.isServerDown ? shared.outageError(door) : nil,
                isRelayForbidden: { name in
                    relayedName = name
                    // Where a session of the primary's port leads is known when it is on its way.
                    return door == .node && shared.isForbidden(name)
                }
            )
            if let action { carryOut(action) }
        }
        // A client that speaks out of turn is kept waiting, with a bound.
        if phase == .login, fromClient.readableBytes > LoginMachine.maximumPacketBytes {
            throw .packetTooLarge(length: fromClient.readableBytes, limit: LoginMachine.maximumPacketBytes)
        }
        switch phase {
        case .authenticating: try processAuthentication()
        case .relaying, .local: try processCommands()
        case .proxyHeader, .login, .closed: break
        }
    }

    private func refuseOverLimit(_ login: LoginMachine.Login, insteadOf packets: ByteBuffer) {
        shared.counters.refusedConnections.add(1)
        let error = SQLError(
            errno: 1226,
            sqlState: "42000",
            message: "User '\(login.user)' has exceeded the 'sql.max_connections_per_account' resource "
                + "(current value: \(shared.limits.maximumConnectionsPerAccount))"
        )
        let sequence = packets.getInteger(at: packets.readerIndex + 3, as: UInt8.self) ?? 1
        var writer = PacketWriter(nextSequence: sequence)
        error.write(to: &writer)
        closeAfterWriting(writer.buffer)
    }

    func carryOut(_ action: LoginMachine.Action) {
        switch action {
        case .send(let bytes):
            writeToClient(bytes)
            flushClient()
        case .startTLS:
            startTLS()
        case .connect:
            guard let closedToOthers else { return findDestination() }
            shared.counters.refusedConnections.add(1)
            if let action = loginMachine.serverIsUnavailable(closedToOthers) { carryOut(action) }
        case .relay(let relayed, let login):
            self.login = login
            relay(relayed, login)
        case .verify(let check, let user):
            verify(check, user: user)
        case .makeKey:
            makeKey()
        case .serve(let bytes, let login):
            self.login = login
            guard enterDirectory(login, isLocal: true) else { return refuseOverLimit(login, insteadOf: bytes) }
            writeToClient(welcomed(bytes, login, isLocal: true))
            flushClient()
            beginCommands(login, isLocal: true)
            backend?.close()
        case .refuse(let bytes, let error, let reason):
            shared.counters.failedLogins.add(1)
            shared.logger.info("login refused", metadata: ["peer": "\(peerHost)", "errno": "\(error.errno)"])
            switch reason {
            case .wrongPassword: deny(bytes)
            case .other: closeAfterWriting(bytes)
            }
        }
    }

    static let tooManyConnections = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")

    /// Refuses slowly, and as long after the client's last word whoever refuses, mysqld or the sidecar.
    private func deny(_ bytes: ByteBuffer) {
        phase = .closed
        loginDeadline?.cancel()
        backend?.close()
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        let delay = TimeAmount.milliseconds(Int64(shared.limits.failedLoginDelayMilliseconds))
        shared.eventLoop.scheduleTask(deadline: (lastLoginPacket ?? .now()) + delay) {
            bound.value.closeAfterWriting(bytes)
        }
    }

    /// What the client sends from here on, and has sent behind its request, is a TLS handshake.
    private func startTLS() {
        guard let client else { return }
        let alreadyRead = fromClient
        fromClient = ByteBuffer()
        do {
            let handler = try shared.transport.clientTLS(alreadyRead: alreadyRead)
            try client.addFirst(handler)
        } catch {
            transportFailed(error, side: "client")
        }
    }

    // MARK: - mysqld decides

    private func relay(_ relayed: RelayedLogin, _ login: LoginMachine.Login) {
        guard let backend, let destination else {
            return refuse(relayed, shared.outageError(door).understandable(to: login.libraryName))
        }
        var isSecured = false
        if case .tcp(let address) = destination,
            let security = shared.transport.serverSecurity(isMember: !isBackendLocal)
        {
            isSecured = security == .required || loginMachine.serverOffersTLS
            if isSecured {
                guard loginMachine.serverOffersTLS else { return refuse(relayed, Self.noServerTLS) }
                writeToBackend(relayed.tlsRequest())
                flushBackend()
                do {
                    let handler = try shared.transport.serverTLS(host: address.host, isMember: !isBackendLocal)
                    try backend.addFirst(handler)
                } catch {
                    return transportFailed(error, side: "mysqld")
                }
            }
        }
        isServerLegEncrypted = isSecured
        isServerLegSecure = isSecured || !destination.isNetwork
        phase = .authenticating
        authentication = relayed.authentication(
            isBehindTLS: isSecured,
            isServerSecure: isServerLegSecure,
            capabilities: login.capabilities
        )
        writeToBackend(relayed.response(isBehindTLS: isSecured))
        flushBackend()
        backend.read()
    }

    /// A login that cannot reach mysqld after all.
    private func refuse(_ relayed: RelayedLogin, _ error: SQLError) {
        shared.counters.failedLogins.add(1)
        var writer = PacketWriter(nextSequence: relayed.nextClientSequence)
        error.write(to: &writer)
        closeAfterWriting(writer.buffer)
    }

    private static let noServerTLS = SQLError(
        errno: 2026,
        sqlState: "HY000",
        message: "SSL connection error: mysqld of this node does not offer TLS, which mysqld.tls asks for"
    )

    /// The client's packets up to mysqld's verdict.
    func processAuthentication() throws(ProtocolViolation) {
        while phase == .authenticating, authentication?.isCiphering != true {
            guard
                let packet = try PacketReader.next(from: &fromClient, limit: LoginMachine.maximumPacketBytes)
            else { return }
            lastLoginPacket = .now()
            guard let action = try authentication?.clientSent(packet) else { return }
            carryOut(action)
        }
        if phase == .relaying { try processCommands() }
    }

    /// mysqld's packets up to its verdict.
    func authenticate(with buffer: ByteBuffer) {
        fromBackend.writeImmutableBuffer(buffer)
        do {
            while phase == .authenticating, authentication?.isCiphering != true,
                let packet = try PacketReader.next(
                    from: &fromBackend,
                    limit: AuthenticationRelay.maximumServerPacketBytes
                ),
                let action = try authentication?.serverSent(packet)
            {
                carryOut(action)
            }
        } catch {
            fail(error, sequence: 1, from: "mysqld")
        }
        guard phase == .relaying else { return }
        // What mysqld has said behind the verdict, for example that it is stopping.
        if fromBackend.readableBytes > 0 {
            let rest = fromBackend
            fromBackend = ByteBuffer()
            backendSent(rest)
        }
        processClient()
    }

    func carryOut(_ action: AuthenticationRelay.Action) {
        switch action {
        case .toClient(let bytes):
            writeToClient(bytes)
            flushClient()
        case .toServer(let bytes):
            writeToBackend(bytes)
            flushBackend()
        case .cipher(let request):
            cipher(request)
        case .refuse(let bytes):
            shared.counters.failedLogins.add(1)
            closeAfterWriting(bytes)
        case .ended(let isAccepted, let bytes, let status):
            authentication = nil
            let change = requestedChange
            requestedChange = nil
            guard isAccepted, var login else {
                shared.counters.failedLogins.add(1)
                let (packet, deniedHost) = LoginRefusal.explained(
                    bytes,
                    user: (change == nil ? login?.user : change?.name?.text) ?? "",
                    host: tellsServerOfClient ? peerHost : nil,
                    hint: loginMachine.denialHint
                )
                if let destination, let deniedHost { shared.hostsSeen[destination] = deniedHost }
                // Without accounts of the sidecar there is nothing to hide.
                if deniedHost != nil, !shared.accounts.isEmpty { return deny(packet) }
                if change != nil {
                    // MariaDB lets the session go on as it was, without what it had prepared; MySQL closes it.
                    forgetStatements()
                    loginDeadline?.cancel()
                    phase = .relaying
                    writeToClient(packet)
                    return flushClient()
                }
                // mysqld closes the connection now, and so the session.
                writeToClient(packet)
                flushClient()
                return
            }
            if let change {
                login.user = change.name?.text ?? ""
                if let collation = change.characterSet { login.collation = collation }
                login.isVirtualSchemaSelected = isVirtual(change.database)
                self.login = login
            }
            writeToClient(welcomed(bytes, login, isLocal: false))
            flushClient()
            beginCommands(login, isLocal: false)
            if let status { machine.note(status) }
        }
    }

    private func beginCommands(_ login: LoginMachine.Login, isLocal: Bool) {
        loginDeadline?.cancel()
        let isVirtualSchemaSelected = login.isVirtualSchemaSelected
        figures.commands &+= machine.forwardedCommands
        ownDiagnostics = []
        machine = SessionMachine(capabilities: login.capabilities, isLocal: isLocal)
        machine.isVirtualSchemaSelected = isVirtualSchemaSelected
        // Behind a session of the primary's port stands another sidecar, which rewrites them already.
        machine.stopsAtRefusals = !isLocal && isBackendLocal
        machine.numbersPackets = isCompressed || login.compression != nil
        forgetStatements()
        forgetCharacterSets()
        phase = isLocal ? .local : .relaying
        guard !isCompressed, let choice = login.compression, let client else { return }
        isCompressed = true
        do {
            let handler = shared.transport.compression(choice)
            try client.addLast(handler)
        } catch {
            transportFailed(error, side: "client")
        }
    }

    /// A login that is not over in time ends the session.
    func boundLogin() {
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        // A client of the primary's port is not to blame for the time in which there is none.
        let patience =
            shared.limits.handshakeTimeoutMilliseconds
            + (door == .primary ? shared.limits.primaryWaitMilliseconds : 0)
        loginDeadline?.cancel()
        loginDeadline = shared.eventLoop.scheduleTask(in: .milliseconds(Int64(patience))) {
            bound.value.loginTimedOut()
        }
    }

    private func loginTimedOut() {
        shared.logger.info("session ended: login took too long", metadata: ["peer": "\(peerHost)"])
        shared.counters.failedLogins.add(1)
        close()
    }
}

extension ServerAddress {
    fileprivate var isNetwork: Bool {
        switch self {
        case .tcp: true
        case .unixSocket: false
        }
    }
}
