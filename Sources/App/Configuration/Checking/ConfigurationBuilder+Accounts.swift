internal import Cryptography

/// `sql.accounts`
extension ConfigurationBuilder {
    mutating func readAccounts() -> [Configuration.Account] {
        var accounts: [Configuration.Account] = []
        var lines: [String: Int] = [:]
        for raw in rawAccounts {
            let name = accountValue(raw, "name", .text("a name", maximumBytes: 80), fallback: nil)
            let hash = accountValue(raw, "password_hash", .passwordHash, fallback: nil)
            let native = nativeHash(raw, beside: hash)
            let role = accountValue(raw, "role", ValueType<AccountRole>.choice, fallback: .reader)
            if let name, let earlier = lines[name] {
                let message =
                    "\(QuotedText.quoted(name)) is an account already on line \(earlier); remove one of the two"
                reportAccount(raw, "name", message)
            }
            if let name, lines[name] == nil { lines[name] = raw.line }
            guard let name, let hash, let role else { continue }
            accounts.append(
                Configuration.Account(name: name, passwordHash: hash, nativePasswordHash: native, role: role)
            )
        }
        return accounts
    }

    private mutating func nativeHash(_ account: FileReader.RawAccount, beside hash: PasswordHash?) -> PasswordHash? {
        let key = "native_password_hash"
        guard account.values[key] != nil else { return nil }
        let value = accountValue(account, key, .nativePasswordHash, fallback: nil)
        if case .native? = hash {
            reportAccount(account, key, "password_hash is of mysql_native_password already; remove one of the two")
            return nil
        }
        return value
    }

    private mutating func accountValue<Value>(
        _ account: FileReader.RawAccount,
        _ key: String,
        _ type: ValueType<Value>,
        fallback: Value?
    ) -> Value? {
        guard let raw = account.values[key] else {
            if fallback == nil { reportAccount(account, key, "missing; give \(type.name)") }
            return fallback
        }
        do {
            return try type.parse(raw.value)
        } catch {
            reportAccount(account, key, error.message)
            return nil
        }
    }

    private mutating func reportAccount(_ account: FileReader.RawAccount, _ key: String, _ message: String) {
        let place = account.values[key]?.place ?? fileName.map { .file($0, line: account.line) } ?? .nowhere
        issues.append(ConfigurationIssue(.error, at: place, key: "\(account.path).\(key)", message))
    }
}

extension ValueType<PasswordHash> {
    /// That of mysql_native_password alone.
    static var nativePasswordHash: ValueType {
        let name = "* and 40 hexadecimal digits in quotes, as \"pilotfish hash-password --native\" prints them"
        return ValueType(
            name: name,
            shape: .scalar,
            isNullable: false,
            parse: { (raw: RawValue) throws(ValueProblem) -> PasswordHash in
                guard case .text(let text) = raw, let hash = PasswordHash(text), case .native = hash else {
                    throw ValueProblem("must be \(name)")
                }
                return hash
            },
            show: { _ in Secret.blank }
        )
    }

    /// A password as an account keeps it. The text is in no message: it may be a password by mistake.
    static var passwordHash: ValueType {
        let name =
            "* and 40 hexadecimal digits in quotes, or 0x and 140 of them, as \"pilotfish hash-password\" prints them"
        return ValueType(
            name: name,
            shape: .scalar,
            isNullable: false,
            parse: { (raw: RawValue) throws(ValueProblem) -> PasswordHash in
                if case .text(let text) = raw, let rounds = PasswordHash.excessiveRounds(text) {
                    throw ValueProblem(
                        "has \(rounds) rounds, and every login would take as long as they do; at most "
                            + "\(CachingSHA2StoredHash.maximumRounds) are taken: make another by "
                            + "\"pilotfish hash-password\""
                    )
                }
                guard case .text(let text) = raw, let hash = PasswordHash(text) else {
                    throw ValueProblem("must be \(name)")
                }
                return hash
            },
            show: { _ in Secret.blank }
        )
    }
}
