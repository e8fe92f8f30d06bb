internal import Cryptography
internal import GossipTransport

/// Gossip under the keys of `gossip.key_file`, bound to the cluster's name.
struct KeyringCipher: GossipCipher {
    private let keyring: GossipKeyring
    private let associatedData: [UInt8]

    init(keyring: GossipKeyring, clusterName: String) {
        self.keyring = keyring
        self.associatedData = Array(clusterName.utf8)
    }

    func seal(_ plaintext: [UInt8]) throws -> [UInt8] {
        try keyring.seal(plaintext, associatedData: associatedData)
    }

    func open(_ sealed: [UInt8]) throws -> [UInt8] {
        try keyring.open(sealed, associatedData: associatedData)
    }
}
