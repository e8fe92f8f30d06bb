internal import Logging
internal import Metrics
internal import MySQLWire
internal import NIOCore
internal import Sockets

// Passwords of the sidecar's own accounts, and those of mysqld's that are encrypted on one side alone.
extension ProxySession {
    /// For a login that mysqld decides. Neither side is read before it is there.
    func cipher(_ request: CipherRequest) {
        let outcome = shared.passwords.answer(request, on: shared.eventLoop)
        guard let outcome else {
            guard let authentication else { return close() }
            return carryOut(.refuse(toClient: authentication.refusal(Self.tooManyLogins)))
        }
        outcome.assumeIsolated().whenComplete { result in
            guard case .success(let bytes) = result else { return self.close() }
            guard self.stage == .authenticating, self.client.connection != nil, self.server.connection != nil,
                let action = self.authentication?.ciphered(bytes)
            else { return }
            self.carryOut(action)
            self.authenticate(with: ByteBuffer())
            self.processClient()
            self.flushServer()
            self.readClient()
            self.readServer()
        }
    }

    /// For a login that the sidecar decides.
    func makeKey() {
        guard let outcome = shared.passwords.answer(.publicKey, on: shared.eventLoop) else {
            return proceed(with: loginMachine.verificationRefused(Self.tooManyLogins))
        }
        outcome.assumeIsolated().whenComplete { result in
            guard case .success(let key) = result else { return self.close() }
            guard self.stage == .login, self.client.connection != nil else { return }
            self.proceed(with: self.loginMachine.keyMade(key))
        }
    }

    func verify(_ check: PasswordCheck, user: String) {
        if let closedToOthers = client.closedToOthers, !shared.accounts.isOperator(user) {
            shared.counters.refusedConnections.add(1)
            if let action = loginMachine.verificationRefused(closedToOthers) { carryOut(action) }
            return
        }
        switch shared.passwords.admit(account: user, host: client.host) {
        case .now:
            look(at: check, user: user)
        case .after(let nanoseconds):
            let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
            shared.eventLoop.scheduleTask(in: .nanoseconds(Int64(nanoseconds))) {
                bound.value.look(at: check, user: user)
            }
        case .refused:
            shared.logger.info("too many wrong passwords", metadata: ["peer": "\(client.host)", "user": "\(user)"])
            conclude(false)
        }
    }

    private func look(at check: PasswordCheck, user: String) {
        guard stage == .login, client.connection != nil else { return }
        guard let outcome = shared.passwords.verify(check, user: user, on: shared.eventLoop) else {
            if let action = loginMachine.verificationRefused(Self.tooManyLogins) { carryOut(action) }
            return
        }
        outcome.assumeIsolated().whenComplete { result in
            // The threads end with the process alone.
            guard case .success(let isRight) = result else { return self.close() }
            if isRight == false { self.shared.passwords.noteWrongPassword(account: user, host: self.client.host) }
            self.conclude(isRight)
        }
    }

    private func conclude(_ isRight: Bool?) {
        guard stage == .login, client.connection != nil else { return }
        proceed(with: loginMachine.verified(isRight))
    }

    private func proceed(with action: LoginMachine.Action?) {
        guard let action else { return }
        carryOut(action)
        processClient()
        readClient()
    }

    private static let tooManyLogins = SQLError(
        errno: 1040,
        sqlState: "08004",
        message: "Too many logins wait for their passwords to be verified; try again"
    )
}
