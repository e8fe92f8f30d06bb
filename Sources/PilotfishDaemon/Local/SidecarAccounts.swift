internal import Cryptography
internal import MySQLWire
internal import Synchronization

/// The accounts of `sql.accounts`, as a login asks for them. They can be replaced while the process runs.
final class SidecarAccounts: AccountVerifying, Sendable {
    private struct State {
        var hashes: [String: PasswordHash] = [:]
        var operators: Set<String> = []
        /// As mysqld does: what a password that was right once hashes to, so that the next login needs only its proof.
        var cache: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    init(_ accounts: [Configuration.Account]) { replace(with: accounts) }

    /// Passwords that were right before are asked for again.
    func replace(with accounts: [Configuration.Account]) {
        let hashes = accounts.map { ($0.name, $0.passwordHash) }
        let operators = Set(accounts.filter { $0.role == .operator }.map(\.name))
        state.withLock {
            $0 = State(hashes: Dictionary(hashes, uniquingKeysWith: { first, _ in first }), operators: operators)
        }
    }

    var isEmpty: Bool { state.withLock { $0.hashes.isEmpty } }

    func isOperator(_ user: String) -> Bool { state.withLock { $0.operators.contains(user) } }

    func method(of user: String) -> AuthenticationMethod? {
        switch state.withLock({ $0.hashes[user] }) {
        case .native: .nativePassword
        case .cachingSHA2: .cachingSHA2
        case nil: nil
        }
    }

    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool {
        guard case .native(let hash) = state.withLock({ $0.hashes[user] }) else { return false }
        return NativePassword.verify(response: proof, scramble: scramble, storedHash: hash.exposed)
    }

    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool? {
        guard let entry = state.withLock({ $0.cache[user] }) else { return nil }
        // A wrong proof is not the end: the password may have changed on the client's side alone, as mysqld sees it.
        return CachingSHA2Password.verify(response: proof, scramble: scramble, cacheEntry: entry) ? true : nil
    }

    func verify(user: String, password: [UInt8]) -> Bool {
        guard case .cachingSHA2(let hash) = state.withLock({ $0.hashes[user] }), hash.matches(password: password) else {
            return false
        }
        state.withLock { state in
            if state.hashes[user] != nil { state.cache[user] = CachingSHA2Password.cacheEntry(password: password) }
        }
        return true
    }
}
