internal import ClusterModel
internal import Logging
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// Before the conversation: carries out what the login decides.
extension ProxySession {
    /// The client is greeted in the name of what will stand behind the session, as far as that is known now.
    func greetClient() {
        let address = shared.presentServer(behind: door)
        let isTold = address == shared.backend && shared.transport.sendsProxyHeader
        shared.withKnownServer(at: address) { known in
            guard self.stage == .login, self.client.connection != nil, !self.login.isGreeted else { return }
            let actions = self.login.greet(
                as: known,
                at: address,
                seenHost: isTold ? nil : self.shared.hostSeen(by: address),
                connectionID: self.shared.directory.nextConnectionID()
            )
            self.carryOut(actions)
            self.processClient()
        }
    }

    /// The client's packets up to the verdict.
    func processLogin() throws(ProtocolViolation) {
        while stage == .login, login.takesClient {
            guard let packet = try PacketReader.next(from: &client.received, limit: LoginMachine.maximumPacketBytes)
            else { return }
            entry.lastPacket = .now()
            let actions = try login.clientSent(
                packet,
                accounts: shared.accounts,
                presence: shared.presence(behind: door),
                // Where a session of the primary's port leads is known when it is on its way.
                isForbidden: { door == .node && shared.isForbidden($0) }
            )
            carryOut(actions)
        }
        // A client that speaks out of turn is kept waiting, with a bound.
        if stage == .login, !login.isServerDeciding,
            client.received.readableBytes > LoginMachine.maximumPacketBytes
        {
            throw .packetTooLarge(length: client.received.readableBytes, limit: LoginMachine.maximumPacketBytes)
        }
    }

    /// mysqld's packets up to its verdict.
    func authenticate(with buffer: ByteBuffer) {
        server.received.writeImmutableBuffer(buffer)
        if login.isAwaitingServer { takeGreeting() }
        do {
            while stage == .login, login.isServerDeciding, !login.isCiphering,
                let packet = try PacketReader.next(
                    from: &server.received,
                    limit: AuthenticationRelay.maximumServerPacketBytes
                )
            {
                carryOut(try login.serverSent(packet, hidesAccounts: !shared.accounts.isEmpty))
            }
        } catch {
            fail(error, sequence: 1, from: .server)
        }
    }

    private func takeGreeting() {
        guard let approach, let link = approach.link else { return }
        do {
            guard let packet = try PacketReader.next(from: &server.received, limit: LoginMachine.maximumPacketBytes)
            else { return }
            guard approach.greeted() else { return }
            let reply = try ServerGreeting.parse(packet.payload)
            switch reply {
            case .greeting(let greeting): shared.servers.note(KnownServer(greeting), at: link.address)
            case .refusal: shared.servers.noteAbsence(of: link.address)
            }
            carryOut(login.serverGreeted(reply, at: link, outage: shared.outageError(door)))
            processClient()
        } catch {
            shared.counters.count(.protocolViolations)
            shared.logger.warning("mysqld's greeting cannot be understood", metadata: ["what": "\(error)"])
            approach.failed()
        }
    }

    /// mysqld cannot be reached, does not greet or has gone before it did.
    ///
    /// - Parameter error: nil for that of an outage.
    func serverIsUnavailable(_ error: SQLError?) {
        shared.counters.count(.backendFailures)
        leaveServer()
        carryOut(login.serverIsUnavailable(error ?? shared.outageError(door)))
        processClient()
    }

    private func leaveServer() {
        leaveApproach()
        server.leave()?.close()
    }

    func carryOut(_ actions: [SessionLogin.Action]) {
        for action in actions where stage == .login { carryOut(action) }
        flushClient()
        flushServer()
    }

    private func carryOut(_ action: SessionLogin.Action) {
        switch action {
        case .toClient(let bytes): writeToClient(bytes)
        case .toServer(let bytes): writeToServer(bytes)
        case .startClientTLS: startClientTLS()
        case .startServerTLS: startServerTLS()
        case .findServer:
            approach = ServerApproach(self)
            approach?.begin()
        case .verify(let check, let user): verify(check, user: user)
        case .cipher(let request): cipher(request)
        case .enter(let bytes, let login, let isLocal, let status): enter(login, isLocal, status, welcome: bytes)
        case .refuse(let bytes, let error, let reason): refuse(bytes, error, reason)
        case .noteSeenHost(let host):
            if let address = server.address { shared.hostsSeen[address] = host }
        case .leaveServer: leaveServer()
        case .stay:
            shared.counters.count(.failedLogins)
            resumeConversation()
        }
    }

    private func enter(
        _ login: LoginMachine.Login,
        _ isLocal: Bool,
        _ status: StatusFlags?,
        welcome bytes: ByteBuffer
    ) {
        leaveApproach()
        let limit = shared.limits.maximumConnectionsPerAccount
        let identity: SessionDirectory.Session? =
            isLocal ? .own(user: login.user) : server.address.map { .server($0, id: login.connectionID) }
        if let identity, !shared.directory.enter(self.login.greetedID, identity, limit: limit) {
            let (packet, error) = SessionLogin.overLimit(limit, login, insteadOf: bytes)
            return refuse(packet, error, .noRoom)
        }
        beginConversation(login, isLocal: isLocal, status: status, welcome: bytes)
        // Nothing of it is heard any more, and no gate concerns the session.
        if isLocal { server.leave()?.close() }
    }

    // MARK: - Refusals

    private func refuse(_ bytes: ByteBuffer, _ error: SQLError?, _ reason: SessionLogin.Reason) {
        if let error {
            shared.logger.info("login refused", metadata: ["peer": "\(client.host)", "errno": "\(error.errno)"])
        }
        shared.counters.count(reason == .noRoom ? .refusedConnections : .failedLogins)
        guard reason == .wrongPassword else { return closeAfterWriting(bytes) }
        // Slowly, and as long after the client's last word whoever refuses, mysqld or the sidecar.
        leaveApproach()
        stage = .closed
        entry.deadline?.cancel()
        server.connection?.close()
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        let delay = TimeAmount.milliseconds(Int64(shared.limits.failedLoginDelayMilliseconds))
        shared.eventLoop.scheduleTask(deadline: (entry.lastPacket ?? .now()) + delay) {
            bound.value.closeAfterWriting(bytes)
        }
    }

    // MARK: - TLS

    /// What the client sends from here on, and has sent behind its request, is a TLS handshake.
    private func startClientTLS() {
        let alreadyRead = client.takeReceived()
        add(on: .client) { try $0.addFirst(shared.transport.clientTLS(alreadyRead: alreadyRead)) }
    }

    private func startServerTLS() {
        guard case .tcp(let address)? = server.address else { return }
        flushServer()
        let isMember = !server.isLocal
        add(on: .server) { try $0.addFirst(shared.transport.serverTLS(host: address.host, isMember: isMember)) }
    }

    // MARK: - What takes long

    private func verify(_ check: PasswordCheck, user: String) {
        shared.passwords.judge(check, user: user, host: client.host, on: shared.eventLoop).assumeIsolated()
            .whenComplete { result in
                // The threads end with the process alone.
                guard case .success(let judgement) = result else { return self.close() }
                switch judgement {
                case .known(let isRight): self.goOn { $0.verified(isRight) }
                case .guessedTooFast:
                    self.shared.logger.info(
                        "too many wrong passwords",
                        metadata: ["peer": "\(self.client.host)", "user": "\(user)"]
                    )
                    self.goOn { $0.verified(false) }
                case .notLookedAt: self.goOn { $0.isOverloaded() }
                }
            }
    }

    private func cipher(_ request: CipherRequest) {
        guard let outcome = shared.passwords.answer(request, on: shared.eventLoop) else {
            return goOn { $0.isOverloaded() }
        }
        outcome.assumeIsolated().whenComplete { result in
            guard case .success(let bytes) = result else { return self.close() }
            self.goOn { $0.ciphered(bytes) }
        }
    }

    private func goOn(_ event: (inout SessionLogin) -> [SessionLogin.Action]) {
        guard stage == .login, client.connection != nil else { return }
        carryOut(event(&login))
        authenticate(with: ByteBuffer())
        processClient()
        settle()
    }

    // MARK: - COM_CHANGE_USER

    /// - Parameter sequence: the number of the command's packet.
    func changeUser(to request: ChangeOfUser, as name: AccountName, _ sequence: UInt8) {
        client.received = conversation?.takeClientBytes() ?? ByteBuffer()
        boundLogin()
        stage = .login
        let actions = login.changeUser(
            to: request,
            as: name,
            sequence: sequence,
            isLocal: conversation?.isLocal ?? true,
            accounts: shared.accounts,
            presence: shared.presence(behind: door),
            isForbidden: shared.isForbidden
        )
        carryOut(actions)
        processClient()
    }

    // MARK: - Time

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
        shared.counters.count(.failedLogins)
        close()
    }
}
