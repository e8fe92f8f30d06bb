import ClusterModel
import Cryptography
import GossipTransport
import Testing

@testable import PilotfishDaemon

@Suite("Gossip's cipher")
struct KeyringCipherTests {
    private let sender = MemberID(high: 0x0102_0304_0506_0708, low: 9)

    private func cipher(_ key: String, cluster: String = "orders") throws -> KeyringCipher {
        KeyringCipher(keyring: try GossipKeyring(text: Array(key.utf8), fileName: "keys"), clusterName: cluster)
    }

    @Test("what is opened has its sender and its bytes", arguments: SealedPart.allCases)
    func roundTrip(part: SealedPart) throws {
        let cipher = try cipher(GossipKeyring.generateKey())
        let sealed = try cipher.seal([1, 2, 3], by: sender, as: part)
        #expect(try cipher.open(sealed, as: part) == OpenedMessage(sender: sender, bytes: [1, 2, 3]))
    }

    @Test("a message is bound to its sender, its cluster and what it is for")
    func bound() throws {
        let key = GossipKeyring.generateKey()
        let ours = try cipher(key)
        let sealed = try ours.seal([1, 2, 3], by: sender, as: .request)
        for part in SealedPart.allCases where part != .request {
            #expect(throws: CryptographyError.notAuthentic) { try ours.open(sealed, as: part) }
        }
        #expect(throws: CryptographyError.notAuthentic) {
            try cipher(key, cluster: "invoices").open(sealed, as: .request)
        }
        // The sender stands after the version and the key's id.
        for index in 5..<21 {
            var forged = sealed
            forged[index] ^= 1
            #expect(throws: CryptographyError.notAuthentic) { try ours.open(forged, as: .request) }
        }
    }
}
