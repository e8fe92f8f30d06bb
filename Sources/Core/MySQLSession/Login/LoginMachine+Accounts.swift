package import MySQLWire
internal import NIOCore

// Logins to the sidecar's own accounts.
//
// A stranger is not to learn by them which names are such accounts. Any other name is asked by mysqld for a further
// proof, whatever the client's first one was, and so is one of these unless its first proof is right; while mysqld cannot
// be had, both hear of that. In a change of user both are asked for a proof first, whatever comes then.
extension LoginMachine {
    mutating func verify(
        _ response: HandshakeResponse,
        _ name: AccountName,
        _ sequence: UInt8,
        _ methods: [AuthenticationMethod],
        _ presence: ServerPresence,
        against greeting: ServerGreeting
    ) -> Action {
        var attempt = Attempt(
            login: login(response, as: name, to: greeting),
            database: response.database,
            presence: presence
        )
        let hasMethods = attempt.login.capabilities.contains(.pluginAuth)
        let method = method(of: methods, for: attempt.login)
        attempt.isFirstAnswer = true
        attempt.isMethodShown = method != greetedMethod
        // By another method mysqld would not ask, and caching_sha2_password goes on asking: nothing is left to hide.
        if method != .nativePassword || attempt.isMethodShown { attempt.presence = .certain }
        var account = AccountLogin(
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: greeting.scramble,
            sequence: sequence
        )
        let proof = response.authenticationResponse
        guard hasMethods else {
            guard !proof.isEmpty else {
                return reply(.denial(hasPassword: false, hint: nil), attempt, account)
            }
            guard method == .nativePassword else { return refuse(Self.clientTooOld, sequence: sequence &+ 1) }
            return conclude(account.begin(proof: proof), attempt, account)
        }
        let plugin =
            response.authenticationPlugin.isEmpty ? greeting.authenticationPlugin : response.authenticationPlugin
        if plugin == method.rawValue, !proof.isEmpty {
            return conclude(account.begin(proof: proof), attempt, account)
        }
        return reply(.request, attempt, account)
    }

    /// By which of an account's methods the client is asked: as other names are, if it can be.
    private func method(of methods: [AuthenticationMethod], for login: Login) -> AuthenticationMethod {
        // A client without methods knows that one alone.
        let preferred = login.capabilities.contains(.pluginAuth) ? greetedMethod : .nativePassword
        return methods.first { $0 == preferred } ?? methods[0]
    }

    /// What the client has said is not enough: it hears what it would as any other name.
    mutating func reply(_ reply: Reply, _ attempt: Attempt, _ account: AccountLogin) -> Action {
        switch (attempt.presence, reply) {
        case (.uncertain, _):
            state = .seeking(attempt, account, reply)
            return .connect(attempt.login)
        case (.absent, .request) where attempt.isChange, (.certain, .request):
            var (attempt, account) = (attempt, account)
            attempt.isFirstAnswer = false
            return conclude(account.changeMethod(scramble: switchScramble), attempt, account)
        case (.absent(let error), _):
            return refuse(error.understandable(to: attempt.login.libraryName), sequence: account.nextSequence)
        case (.certain, .denial(let hasPassword, let hint)):
            return deny(attempt, sequence: account.nextSequence, hasPassword: hasPassword, hint: hint)
        }
    }

    /// What was not known is.
    mutating func found(_ presence: ServerPresence) -> Action? {
        guard case .seeking(var attempt, let account, let reply) = state else { return nil }
        attempt.presence = presence
        return self.reply(reply, attempt, account)
    }

    /// COM_CHANGE_USER to one of the sidecar's own accounts, which gets a scramble of its own to answer.
    ///
    /// - Parameters:
    ///   - methods: the account's, at least one.
    ///   - login: the session's present one, whose capabilities stay.
    ///   - connectionID: that of the greeting.
    ///   - presence: of whoever decides on other names in this session.
    ///   - sequence: the number of the command's packet.
    package mutating func changeUser(
        to request: ChangeOfUser,
        as name: AccountName,
        methods: [AuthenticationMethod],
        from login: Login,
        connectionID: UInt32,
        presence: ServerPresence,
        sequence: UInt8
    ) -> Action {
        var login = login
        login.user = name.text
        if let collation = request.characterSet { login.collation = collation }
        login.connectionID = connectionID
        login.isVirtualSchemaSelected = request.database?.lowercased() == virtualSchema
        let method = method(of: methods, for: login)
        guard login.capabilities.contains(.pluginAuth) || method == .nativePassword else {
            return refuse(Self.clientTooOld, sequence: sequence &+ 1)
        }
        let account = AccountLogin(
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: switchScramble,
            sequence: sequence
        )
        var attempt = Attempt(login: login, database: request.database, presence: presence)
        attempt.isChange = true
        attempt.isMethodShown = method != greetedMethod
        if method != .nativePassword || attempt.isMethodShown { attempt.presence = .certain }
        return begin(attempt, account, hasProof: request.hasProof)
    }

    /// COM_CHANGE_USER to a name that is none of the sidecar's, while nobody else can be asked about it either.
    mutating func changeToNobody(_ login: Login, hasProof: Bool, sequence: UInt8, _ error: SQLError) -> Action {
        let hasMethods = login.capabilities.contains(.pluginAuth)
        let account = AccountLogin(
            method: hasMethods ? greetedMethod ?? .nativePassword : .nativePassword,
            mayPasswordBeClear: false,
            scramble: switchScramble,
            sequence: sequence
        )
        var attempt = Attempt(login: login, database: nil, presence: .absent(error))
        attempt.isChange = true
        attempt.isNobodys = true
        return begin(attempt, account, hasProof: hasProof)
    }

    /// A client without methods that has no password is not asked for one (see `AuthenticationRelay`).
    private mutating func begin(_ attempt: Attempt, _ account: AccountLogin, hasProof: Bool) -> Action {
        let isAsked = attempt.login.capabilities.contains(.pluginAuth) || hasProof
        return reply(isAsked ? .request : .denial(hasPassword: false, hint: nil), attempt, account)
    }

    /// What was asked by `Action.verify` is known.
    ///
    /// - Parameter isRight: nil if it takes the password itself to tell.
    /// - Returns: nil if nothing was asked.
    package mutating func verified(_ isRight: Bool?) -> Action? {
        guard case .checking(let attempt, var account) = state else { return nil }
        if attempt.isFirstAnswer, isRight != true { return reply(.request, attempt, account) }
        return conclude(account.verified(isRight), attempt, account)
    }

    /// What `Action.makeKey` asked for.
    ///
    /// - Parameter key: the sidecar's public key, in PEM; nil if there is none.
    package mutating func keyMade(_ key: [UInt8]?) -> Action? {
        guard let key else { return verificationRefused(Self.noKey) }
        guard case .checking(let attempt, var account) = state else { return nil }
        let action = account.keyMade(key)
        return conclude(action, attempt, account)
    }

    /// What was asked by `Action.verify` or `Action.makeKey` will not be known.
    package mutating func verificationRefused(_ error: SQLError) -> Action? {
        guard case .checking(_, let account) = state else { return nil }
        return refuse(error, sequence: account.nextSequence)
    }

    mutating func conclude(_ action: AccountLogin.Action, _ attempt: Attempt, _ account: AccountLogin) -> Action {
        switch action {
        case .send(let bytes):
            state = .awaitingAnswer(attempt, account)
            return .send(toClient: bytes)
        case .verify(let check):
            state = .checking(attempt, account)
            return .verify(check, user: attempt.login.user)
        case .makeKey:
            state = .checking(attempt, account)
            return .makeKey
        case .verdict(true, let packets, let sequence, _):
            if let database = attempt.database, !attempt.login.isVirtualSchemaSelected,
                database.lowercased() != "information_schema"
            {
                let error = SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(database)'")
                return refuse(error, after: packets, sequence: sequence)
            }
            state = .done
            var writer = PacketWriter(packets, nextSequence: sequence)
            ResultSetWriter(capabilities: attempt.login.capabilities, status: .autocommit).writeOK(to: &writer)
            return .serve(toClient: writer.buffer, attempt.login)
        case .verdict(false, _, _, let hasPassword):
            return reply(.denial(hasPassword: hasPassword, hint: nil), attempt, account)
        case .passwordInClear:
            let hint = attempt.isMethodShown ? Self.passwordInClear : denialHint
            return reply(.denial(hasPassword: true, hint: hint), attempt, account)
        }
    }

    private mutating func deny(
        _ attempt: Attempt,
        sequence: UInt8,
        hasPassword: Bool,
        hint: String? = nil
    ) -> Action {
        let error = AccessDenied.error(
            user: attempt.login.user,
            host: denialHost ?? clientHost,
            hasPassword: hasPassword,
            hint: hint ?? denialHint
        )
        return refuse(error, sequence: sequence, .wrongPassword)
    }

    /// What is said behind the refusal of a password that came in clear over a network, as shells of MariaDB send it
    /// where they only wish for TLS.
    private static let passwordInClear =
        " [this account's method is caching_sha2_password, and the client sent the password unencrypted: connect by TLS, "
        + "or give the account a native_password_hash in sql.accounts]"
}
