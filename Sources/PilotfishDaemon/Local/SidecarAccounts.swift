internal import Cryptography
internal import MySQLWire

/// The accounts of `sql.accounts`, as a login asks for them.
struct SidecarAccounts: AccountVerifying, Sendable {
    private let hashes: [String: String]

    init(_ accounts: [Configuration.Account]) {
        hashes = Dictionary(
            accounts.map { ($0.name, $0.passwordHash.exposed) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func contains(_ user: String) -> Bool { hashes[user] != nil }

    func verify(user: String, nativePasswordProof: [UInt8], scramble: [UInt8]) -> Bool {
        guard let hash = hashes[user] else { return false }
        return NativePassword.verify(response: nativePasswordProof, scramble: scramble, storedHash: hash)
    }
}
