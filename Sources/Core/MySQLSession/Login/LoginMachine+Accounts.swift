package import MySQLWire
internal import NIOCore

// Logins to the sidecar's own accounts.
//
// A stranger is not to learn by them which names are such accounts. Any other name is asked by mysqld for a further
// proof, whatever the client's first one was, and so is one of these unless its first proof is right.
extension LoginMachine {
    mutating func verify(
        _ response: HandshakeResponse,
        _ name: AccountName,
        _ sequence: UInt8,
        _ methods: [AuthenticationMethod],
        outage: SQLError?,
        against greeting: ServerGreeting
    ) -> Action {
        var attempt = Attempt(
            login: login(response, as: name, to: greeting),
            database: response.database,
            outage: outage
        )
        let hasMethods = attempt.login.capabilities.contains(.pluginAuth)
        let method = method(of: methods, for: attempt.login)
        attempt.isFirstAnswer = true
        attempt.isMethodShown = method != greetedMethod
        // By another method mysqld would not ask, and caching_sha2_password goes on asking: nothing is left to hide.
        if method != .nativePassword || attempt.isMethodShown { attempt.outage = nil }
        var account = AccountLogin(
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: greeting.scramble,
            sequence: sequence
        )
        let proof = response.authenticationResponse
        guard hasMethods else {
            guard !proof.isEmpty else {
                if let outage { return refuse(outage, sequence: sequence &+ 1) }
                return deny(attempt, sequence: sequence &+ 1, hasPassword: false)
            }
            guard method == .nativePassword else { return refuse(Self.clientTooOld, sequence: sequence &+ 1) }
            return conclude(account.begin(proof: proof), attempt, account)
        }
        let plugin =
            response.authenticationPlugin.isEmpty ? greeting.authenticationPlugin : response.authenticationPlugin
        if plugin == method.rawValue, !proof.isEmpty {
            return conclude(account.begin(proof: proof), attempt, account)
        }
        return askAgain(attempt, account, sequence: sequence &+ 1)
    }

    /// By which of an account's methods the client is asked: as other names are, if it can be.
    private func method(of methods: [AuthenticationMethod], for login: Login) -> AuthenticationMethod {
        // A client without methods knows that one alone.
        let preferred = login.capabilities.contains(.pluginAuth) ? greetedMethod : .nativePassword
        return methods.first { $0 == preferred } ?? methods[0]
    }

    /// The client's first answer was not enough.
    private mutating func askAgain(_ attempt: Attempt, _ account: AccountLogin, sequence: UInt8) -> Action {
        if let outage = attempt.outage { return refuse(outage, sequence: sequence) }
        var (attempt, account) = (attempt, account)
        attempt.isFirstAnswer = false
        return conclude(account.changeMethod(scramble: switchScramble), attempt, account)
    }

    /// COM_CHANGE_USER to one of the sidecar's own accounts, which gets a scramble of its own to answer.
    ///
    /// - Parameters:
    ///   - methods: the account's, at least one.
    ///   - login: the session's present one, whose capabilities stay.
    ///   - connectionID: that of the greeting.
    ///   - sequence: the number of the command's packet.
    package mutating func changeUser(
        to request: ChangeOfUser,
        as name: AccountName,
        methods: [AuthenticationMethod],
        from login: Login,
        connectionID: UInt32,
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
        var account = AccountLogin(
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: switchScramble,
            sequence: sequence
        )
        var attempt = Attempt(login: login, database: request.database)
        attempt.isMethodShown = method != greetedMethod
        return conclude(account.changeMethod(scramble: switchScramble), attempt, account)
    }

    /// What was asked by `Action.verify` is known.
    ///
    /// - Parameter isRight: nil if it takes the password itself to tell.
    /// - Returns: nil if nothing was asked.
    package mutating func verified(_ isRight: Bool?) -> Action? {
        guard case .checking(let attempt, var account) = state else { return nil }
        if attempt.isFirstAnswer, isRight != true {
            return askAgain(attempt, account, sequence: account.nextSequence)
        }
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
        case .verdict(false, _, let sequence, let hasPassword):
            return deny(attempt, sequence: sequence, hasPassword: hasPassword)
        case .passwordInClear(let sequence):
            return deny(
                attempt,
                sequence: sequence,
                hasPassword: true,
                hint: attempt.isMethodShown ? Self.passwordInClear : denialHint
            )
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
