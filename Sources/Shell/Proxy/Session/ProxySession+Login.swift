internal import ClusterModel
internal import Logging
internal import Metrics
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// From the greeting to the verdict.
extension ProxySession {
    /// The client is greeted in the name of what will stand behind the session, as far as that is known now.
    func greetClient() {
        let server = shared.presentServer(behind: door)
        if !(server == shared.backend && shared.transport.sendsProxyHeader) {
            loginMachine.denialHint = LoginRefusal.hint(server, client: client.host)
            loginMachine.denialHost = shared.hostSeen(by: server)
        }
        shared.withKnownServer(at: server) { known in
            guard self.stage == .login, self.client.connection != nil, !self.entry.isGreeted else { return }
            self.entry.greetedID = self.shared.directory.nextConnectionID()
            self.carryOut(self.loginMachine.greet(as: known, connectionID: self.entry.greetedID))
            self.processClient()
        }
    }

    /// What stands behind the session is known at once, but for the primary while there is none.
    private func findDestination() {
        switch door {
        case .node:
            connectOwnServer()
        case .primary:
            entry.primaryDeadline = .now() + .milliseconds(Int64(shared.limits.primaryWaitMilliseconds))
            findPrimary()
        }
    }

    /// By the way on which mysqld takes no client for the sidecar.
    func connectOwnServer() {
        awaitClientPath(until: .now() + .milliseconds(Int64(shared.limits.greetingTimeoutMilliseconds)))
    }

    private func awaitClientPath(until deadline: NIODeadline) {
        guard stage == .login, client.connection != nil else { return }
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
        server.address = address
        server.isLocal = isLocal
        if server.isLocal, let name = entry.relayedName, shared.isForbidden(name) {
            let error = LoginMachine.forbidden(name.text, at: client.host)
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
        let limit = shared.patienceWithGreeting(of: server.address)
        guard let deadline = entry.primaryDeadline else { return limit }
        return min(limit, max(deadline - .now(), .milliseconds(200)))
    }

    private var tellsServerOfClient: Bool { server.isLocal && shared.transport.sendsProxyHeader }

    private func backendConnected(_ descriptor: Int32) {
        do {
            let handler = ServerHandler(session: self)
            server.connection = try Connection(descriptor, on: shared.eventLoop) { _ in handler }
            server.handler = handler
        } catch {
            return backendFailed(shared.connectError(error, door))
        }
        guard stage == .login, client.connection != nil else {
            server.connection?.close()
            return
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        entry.greetingDeadline = shared.eventLoop.scheduleTask(in: greetingPatience) { bound.value.backendFailed() }
        if tellsServerOfClient {
            writeToServer(ByteBuffer(bytes: ProxyHeader(ends: client.ends).encodedV2))
            flushServer()
        }
        server.connection?.read()
    }

    /// mysqld cannot be reached, does not greet or has gone before it did.
    ///
    /// - Parameter error: nil for that of an outage.
    func backendFailed(_ error: SQLError? = nil) {
        guard stage == .login, client.connection != nil, loginMachine.isServersTurn else { return }
        entry.greetingDeadline?.cancel()
        if findPrimaryAgain() { return }
        shared.counters.backendFailures.add(1)
        if let action = loginMachine.serverIsUnavailable(error ?? shared.outageError(door)) { carryOut(action) }
        server.connection?.close()
    }

    /// mysqld's first packet.
    func takeGreeting(_ buffer: ByteBuffer) {
        guard loginMachine.isServersTurn, let address = server.address else { return }
        server.received.writeImmutableBuffer(buffer)
        if entry.primaryDeadline != nil, !leads(to: shared.node.primaryRoute), findPrimaryAgain() { return }
        do {
            guard let packet = try PacketReader.next(from: &server.received, limit: LoginMachine.maximumPacketBytes)
            else { return }
            entry.greetingDeadline?.cancel()
            let reply = try ServerGreeting.parse(packet.payload)
            if case .greeting(let greeting) = reply { shared.servers.note(KnownServer(greeting), at: address) }
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
        while stage == .login, loginMachine.isClientsTurn {
            guard
                let packet = try PacketReader.next(from: &client.received, limit: LoginMachine.maximumPacketBytes)
            else { return }
            entry.lastPacket = .now()
            let action = try loginMachine.clientSent(
                packet,
                accounts: shared.accounts,
                outage: door == .node && shared.node.isServerDown ? shared.outageError(door) : nil,
                isRelayForbidden: { name in
                    entry.relayedName = name
                    // Where a session of the primary's port leads is known when it is on its way.
                    return door == .node && shared.isForbidden(name)
                }
            )
            if let action { carryOut(action) }
        }
        // A client that speaks out of turn is kept waiting, with a bound.
        if stage == .login, client.received.readableBytes > LoginMachine.maximumPacketBytes {
            throw .packetTooLarge(length: client.received.readableBytes, limit: LoginMachine.maximumPacketBytes)
        }
        switch stage {
        case .authenticating: try processAuthentication()
        case .proxyHeader, .login, .conversation, .closed: break
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
            guard let closedToOthers = client.closedToOthers else { return findDestination() }
            shared.counters.refusedConnections.add(1)
            if let action = loginMachine.serverIsUnavailable(closedToOthers) { carryOut(action) }
        case .relay(let relayed, let login):
            entry.login = login
            relay(relayed, login)
        case .verify(let check, let user):
            verify(check, user: user)
        case .makeKey:
            makeKey()
        case .serve(let bytes, let login):
            guard enterDirectory(login, isLocal: true) else { return refuseOverLimit(login, insteadOf: bytes) }
            beginConversation(login, isLocal: true, status: nil, welcome: bytes)
            server.connection?.close()
        case .refuse(let bytes, let error, let reason):
            shared.counters.failedLogins.add(1)
            shared.logger.info("login refused", metadata: ["peer": "\(client.host)", "errno": "\(error.errno)"])
            switch reason {
            case .wrongPassword: deny(bytes)
            case .other: closeAfterWriting(bytes)
            }
        }
    }

    static let tooManyConnections = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")

    /// Refuses slowly, and as long after the client's last word whoever refuses, mysqld or the sidecar.
    private func deny(_ bytes: ByteBuffer) {
        stage = .closed
        entry.deadline?.cancel()
        server.connection?.close()
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        let delay = TimeAmount.milliseconds(Int64(shared.limits.failedLoginDelayMilliseconds))
        shared.eventLoop.scheduleTask(deadline: (entry.lastPacket ?? .now()) + delay) {
            bound.value.closeAfterWriting(bytes)
        }
    }

    /// What the client sends from here on, and has sent behind its request, is a TLS handshake.
    private func startTLS() {
        guard let connection = client.connection else { return }
        let alreadyRead = client.received
        client.received = ByteBuffer()
        do {
            let handler = try shared.transport.clientTLS(alreadyRead: alreadyRead)
            try connection.addFirst(handler)
        } catch {
            transportFailed(error, side: .client)
        }
    }

    // MARK: - mysqld decides

    private func relay(_ relayed: RelayedLogin, _ login: LoginMachine.Login) {
        guard let connection = server.connection, let address = server.address else {
            return refuse(relayed, shared.outageError(door).understandable(to: login.libraryName))
        }
        var isSecured = false
        if case .tcp(let address) = address,
            let security = shared.transport.serverSecurity(isMember: !server.isLocal)
        {
            isSecured = security == .required || loginMachine.serverOffersTLS
            if isSecured {
                guard loginMachine.serverOffersTLS else { return refuse(relayed, Self.noServerTLS) }
                writeToServer(relayed.tlsRequest())
                flushServer()
                do {
                    let handler = try shared.transport.serverTLS(host: address.host, isMember: !server.isLocal)
                    try connection.addFirst(handler)
                } catch {
                    return transportFailed(error, side: .server)
                }
            }
        }
        server.isEncrypted = isSecured
        server.isSecure = isSecured || !address.isNetwork
        stage = .authenticating
        authentication = relayed.authentication(
            isBehindTLS: isSecured,
            isServerSecure: server.isSecure,
            capabilities: login.capabilities
        )
        writeToServer(relayed.response(isBehindTLS: isSecured))
        flushServer()
        connection.read()
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
        while stage == .authenticating, authentication?.isCiphering != true {
            guard
                let packet = try PacketReader.next(from: &client.received, limit: LoginMachine.maximumPacketBytes)
            else { return }
            entry.lastPacket = .now()
            guard let action = try authentication?.clientSent(packet) else { return }
            carryOut(action)
        }
    }

    /// mysqld's packets up to its verdict.
    func authenticate(with buffer: ByteBuffer) {
        server.received.writeImmutableBuffer(buffer)
        do {
            while stage == .authenticating, authentication?.isCiphering != true,
                let packet = try PacketReader.next(
                    from: &server.received,
                    limit: AuthenticationRelay.maximumServerPacketBytes
                ),
                let action = try authentication?.serverSent(packet)
            {
                carryOut(action)
            }
        } catch {
            fail(error, sequence: 1, from: .server)
        }
    }

    func carryOut(_ action: AuthenticationRelay.Action) {
        switch action {
        case .toClient(let bytes):
            writeToClient(bytes)
            flushClient()
        case .toServer(let bytes):
            writeToServer(bytes)
            flushServer()
        case .cipher(let request):
            cipher(request)
        case .refuse(let bytes):
            shared.counters.failedLogins.add(1)
            closeAfterWriting(bytes)
        case .ended(let isAccepted, let bytes, let status):
            authentication = nil
            let change = entry.requestedChange
            entry.requestedChange = nil
            guard isAccepted, var login = entry.login else { return serverRefused(bytes, change) }
            if let change {
                login.user = change.name?.text ?? ""
                if let collation = change.characterSet { login.collation = collation }
                login.isVirtualSchemaSelected = isVirtual(change.database)
            }
            _ = enterDirectory(login, isLocal: false)
            beginConversation(login, isLocal: false, status: status, welcome: bytes)
        }
    }

    /// mysqld has refused a login, or a change of user.
    private func serverRefused(_ bytes: ByteBuffer, _ change: ChangeOfUser?) {
        shared.counters.failedLogins.add(1)
        let (packet, deniedHost) = LoginRefusal.explained(
            bytes,
            user: (change == nil ? entry.login?.user : change?.name?.text) ?? "",
            host: tellsServerOfClient ? client.host : nil,
            hint: loginMachine.denialHint
        )
        if let address = server.address, let deniedHost { shared.hostsSeen[address] = deniedHost }
        // Without accounts of the sidecar there is nothing to hide.
        if deniedHost != nil, !shared.accounts.isEmpty { return deny(packet) }
        writeToClient(packet)
        flushClient()
        // MariaDB lets the session go on as it was, without what it had prepared; MySQL closes it, as both do after a login.
        if change != nil { resumeConversation() }
    }

    /// It is known who answers the session.
    ///
    /// - Returns: false if that is the sidecar, and the account has as many sessions as it may.
    private func enterDirectory(_ login: LoginMachine.Login, isLocal: Bool) -> Bool {
        if isLocal {
            let limit = shared.limits.maximumConnectionsPerAccount
            return shared.directory.enter(entry.greetedID, .own(user: login.user), limit: limit)
        }
        guard let address = server.address else { return true }
        return shared.directory.enter(entry.greetedID, .server(address, id: login.connectionID))
    }

    /// A login that is not over in time ends the session.
    func boundLogin() {
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        // A client of the primary's port is not to blame for the time in which there is none.
        let patience =
            shared.limits.handshakeTimeoutMilliseconds
            + (door == .primary ? shared.limits.primaryWaitMilliseconds : 0)
        entry.deadline?.cancel()
        entry.deadline = shared.eventLoop.scheduleTask(in: .milliseconds(Int64(patience))) {
            bound.value.loginTimedOut()
        }
    }

    private func loginTimedOut() {
        shared.logger.info("session ended: login took too long", metadata: ["peer": "\(client.host)"])
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
