internal import Configuration
internal import Cryptography
internal import MySQLSession
internal import MySQLWire
internal import Synchronization

/// The accounts of `sql.accounts`, as a login asks for them. They can be replaced while the process runs.
final class SidecarAccounts: AccountVerifying, Sendable {
    private struct State {
        var hashes: [String: Hashes] = [:]
        var operators: Set<String> = []
        /// As mysqld does: what a password that was right once hashes to, so that the next login needs only its proof.
        var cache: [String: [UInt8]] = [:]
    }

    /// What is kept of one account's password: one of the two at least.
    private struct Hashes {
        var native: Secret?
        var cachingSHA2: CachingSHA2StoredHash?

        init(_ account: Configuration.Account) {
            for hash in [account.passwordHash, account.nativePasswordHash] {
                switch hash {
                case .native(let text): native = text
                case .cachingSHA2(let stored): cachingSHA2 = stored
                case nil: break
                }
            }
        }
    }

    private let state = Mutex(State())

    init(_ accounts: [Configuration.Account]) { replace(with: accounts) }

    /// Passwords that were right before are asked for again.
    func replace(with accounts: [Configuration.Account]) {
        let hashes = accounts.map { ($0.name, Hashes($0)) }
        let operators = Set(accounts.filter { $0.role == .operator }.map(\.name))
        state.withLock {
            $0 = State(hashes: Dictionary(hashes, uniquingKeysWith: { first, _ in first }), operators: operators)
        }
    }

    var isEmpty: Bool { state.withLock { $0.hashes.isEmpty } }

    func isOperator(_ user: String) -> Bool { state.withLock { $0.operators.contains(user) } }

    func methods(of user: String) -> [AuthenticationMethod] {
        guard let hashes = state.withLock({ $0.hashes[user] }) else { return [] }
        return (hashes.cachingSHA2 == nil ? [] : [.cachingSHA2]) + (hashes.native == nil ? [] : [.nativePassword])
    }

    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool {
        guard let hash = state.withLock({ $0.hashes[user]?.native }) else { return false }
        return NativePassword.verify(response: proof, scramble: scramble, storedHash: hash.exposed)
    }

    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool? {
        guard let entry = state.withLock({ $0.cache[user] }) else { return nil }
        // A wrong proof is not the end: the password may have changed on the client's side alone, as mysqld sees it.
        return CachingSHA2Password.verify(response: proof, scramble: scramble, cacheEntry: entry) ? true : nil
    }

    func verify(user: String, password: [UInt8]) -> Bool {
        let (hash, cached) = state.withLock { ($0.hashes[user]?.cachingSHA2, $0.cache[user]) }
        // Of many that wait with the same password the first alone is hashed slowly.
        if let cached, CachingSHA2Password.isEntry(cached, of: password) { return true }
        guard let hash, hash.matches(password: password) else { return false }
        state.withLock { state in
            if state.hashes[user] != nil { state.cache[user] = CachingSHA2Password.cacheEntry(password: password) }
        }
        return true
    }
}
