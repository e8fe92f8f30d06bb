internal import MySQLSession
internal import MySQLWire

/// One account for every name, with proofs that need no hashes: what is sent must be the password with the scramble.
struct ToyAccounts: AccountVerifying {
    var isEmpty: Bool { false }

    static let methods: [AuthenticationMethod] = [.nativePassword, .cachingSHA2, .sha256]

    /// Nil for no account at all.
    var method: AuthenticationMethod?
    var password: [UInt8]
    /// caching_sha2_password: proofs can be judged without the password.
    var knowsProofs: Bool

    func methods(of user: String) -> [AuthenticationMethod] { method.map { [$0] } ?? [] }

    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool {
        proof == Self.proof(password, scramble)
    }

    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool? {
        knowsProofs ? proof == Self.proof(password, scramble) : nil
    }

    func verify(user: String, password: [UInt8]) -> Bool { password == self.password }

    static func proof(_ password: [UInt8], _ scramble: [UInt8]) -> [UInt8] {
        ToyCipher.masked(password) + scramble
    }
}

/// A cipher that only hides: its text never holds the password's letters.
struct ToyCipher: PasswordCipher {
    static let ownKey = Array("KEY of the sidecar".utf8)
    static let serverKey = Array("KEY of mysqld".utf8)
    private static let ownMark: UInt8 = 0xe5
    private static let otherMark: UInt8 = 0xe6

    var publicKey: [UInt8]? { Self.ownKey }

    func decrypt(_ ciphertext: [UInt8], scramble: [UInt8]) -> [UInt8]? {
        ciphertext.first == Self.ownMark ? Self.masked(ciphertext.dropFirst()) : nil
    }

    func encrypt(password: [UInt8], scramble: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        guard publicKey.starts(with: Array("KEY".utf8)) else { return nil }
        return [publicKey == Self.ownKey ? Self.ownMark : Self.otherMark] + Self.masked(password)
    }

    /// Letters become none.
    static func masked(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { $0 ^ 0x5a } }
}

extension LoginMachine {
    /// What follows once a password has been looked at, or a key made.
    mutating func followed(_ action: Action?, accounts: ToyAccounts) throws(FuzzFailure) -> Action? {
        let next: Action?
        switch action {
        case .verify(let check, let user):
            try require(!isClientsTurn, "packets are taken while a password is looked at")
            next = verified(accounts.verify(user: user, check, cipher: ToyCipher()))
        case .makeKey:
            try require(!isClientsTurn, "packets are taken while a key is made")
            next = keyMade(ToyCipher.ownKey)
        default: return action
        }
        guard let next else { throw FuzzFailure("nothing follows from what was waited for") }
        return next
    }
}

extension AuthenticationRelay {
    /// What follows once RSA has been done.
    mutating func followed(_ action: Action) -> Action {
        guard case .cipher(let request) = action else { return action }
        return ciphered(ToyCipher().answer(request)) ?? action
    }
}
