internal import Cryptography
internal import GossipTransport
internal import Synchronization

/// Gossip under the keys of `gossip.key_file`, bound to the cluster's name. The keys can be replaced while it runs.
final class KeyringCipher: GossipCipher {
    private let keyring: Mutex<GossipKeyring>
    private let associatedData: [UInt8]

    init(keyring: GossipKeyring, clusterName: String) {
        self.keyring = Mutex(keyring)
        self.associatedData = Array(clusterName.utf8)
    }

    func replace(with keyring: GossipKeyring) {
        self.keyring.withLock { $0 = keyring }
    }

    func seal(_ plaintext: [UInt8]) throws -> [UInt8] {
        try keyring.withLock { $0 }.seal(plaintext, associatedData: associatedData)
    }

    func open(_ sealed: [UInt8]) throws -> [UInt8] {
        try keyring.withLock { $0 }.open(sealed, associatedData: associatedData)
    }
}
