internal import ClusterModel
internal import Cryptography
internal import PeerTransport
internal import Synchronization

/// Gossip under the keys of `gossip.key_file`, bound to the sender, the cluster's name, the part it plays and the stream
/// that it is on. The keys can be replaced while it runs.
final class KeyringCipher: PeerCipher {
    private let keyring: Mutex<GossipKeyring>
    private let clusterName: [UInt8]

    init(keyring: GossipKeyring, clusterName: String) {
        self.keyring = Mutex(keyring)
        self.clusterName = Array(clusterName.utf8)
    }

    func replace(with keyring: GossipKeyring) {
        self.keyring.withLock { $0 = keyring }
    }

    func seal(
        _ plaintext: [UInt8],
        by sender: MemberID,
        as part: SealedPart,
        on stream: StreamNonces
    ) throws -> [UInt8] {
        try keyring.withLock { $0 }.seal(
            plaintext,
            sender: GossipSender(high: sender.high, low: sender.low),
            associatedData: associatedData(part, stream)
        )
    }

    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
        do throws(CryptographyError) {
            let keyring = keyring.withLock { $0 }
            let (sender, bytes) = try keyring.open(sealed, associatedData: associatedData(part, stream))
            return OpenedMessage(sender: MemberID(high: sender.high, low: sender.low), bytes: bytes)
        } catch {
            switch error {
            case .malformed: throw SealFailure.notSealed
            case .unknownKey: throw SealFailure.unknownKey
            default: throw SealFailure.notAuthentic
            }
        }
    }

    /// The nonces have a fixed length, those parts that have a place always have one, and only the name may be of any
    /// length: no two sets of parts look alike.
    private func associatedData(_ part: SealedPart, _ stream: StreamNonces) -> [UInt8] {
        let place = stream.place.map { place in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: place >> UInt64($0)) }
        }
        return [part.rawValue] + stream.acceptor + stream.opener + (place ?? []) + clusterName
    }
}
