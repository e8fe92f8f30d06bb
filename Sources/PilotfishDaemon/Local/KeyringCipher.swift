internal import ClusterModel
internal import Cryptography
internal import GossipTransport
internal import Synchronization

/// Gossip under the keys of `gossip.key_file`, bound to the sender, the cluster's name and the part it plays. The keys can be replaced while it runs.
final class KeyringCipher: GossipCipher {
    private let keyring: Mutex<GossipKeyring>
    private let clusterName: [UInt8]

    init(keyring: GossipKeyring, clusterName: String) {
        self.keyring = Mutex(keyring)
        self.clusterName = Array(clusterName.utf8)
    }

    func replace(with keyring: GossipKeyring) {
        self.keyring.withLock { $0 = keyring }
    }

    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart) throws -> [UInt8] {
        try keyring.withLock { $0 }.seal(
            plaintext,
            sender: GossipSender(high: sender.high, low: sender.low),
            associatedData: [part.rawValue] + clusterName
        )
    }

    func open(_ sealed: [UInt8], as part: SealedPart) throws -> OpenedMessage {
        let (sender, bytes) = try keyring.withLock { $0 }.open(sealed, associatedData: [part.rawValue] + clusterName)
        return OpenedMessage(sender: MemberID(high: sender.high, low: sender.low), bytes: bytes)
    }
}
