import ClusterModel
import Cryptography
import PeerTransport
import Testing

@testable import Daemon

@Suite("Gossip's cipher")
struct KeyringCipherTests {
    private let stream = StreamNonces(acceptor: Array(repeating: 1, count: 16), opener: Array(repeating: 2, count: 16))
    private let sender = MemberID(high: 0x0102_0304_0506_0708, low: 9)

    private func cipher(_ key: String, cluster: String = "orders") throws -> KeyringCipher {
        KeyringCipher(keyring: try GossipKeyring(text: Array(key.utf8), fileName: "keys"), clusterName: cluster)
    }

    @Test("what is opened has its sender and its bytes", arguments: SealedPart.allCases)
    func roundTrip(part: SealedPart) throws {
        let cipher = try cipher(GossipKeyring.generateKey())
        let sealed = try cipher.seal([1, 2, 3], by: sender, as: part, on: stream)
        #expect(try cipher.open(sealed, as: part, on: stream) == OpenedMessage(sender: sender, bytes: [1, 2, 3]))
    }

    @Test("a message is bound to its sender, its cluster and what it is for")
    func bound() throws {
        let key = GossipKeyring.generateKey()
        let ours = try cipher(key)
        let sealed = try ours.seal([1, 2, 3], by: sender, as: .request, on: stream)
        for part in SealedPart.allCases where part != .request {
            #expect(throws: SealFailure.notAuthentic) { try ours.open(sealed, as: part, on: stream) }
        }
        #expect(throws: SealFailure.notAuthentic) {
            try cipher(key, cluster: "invoices").open(sealed, as: .request, on: stream)
        }
        let other = StreamNonces(acceptor: stream.opener, opener: stream.acceptor)
        for wrong in [other, .none] {
            #expect(throws: SealFailure.notAuthentic) { try ours.open(sealed, as: .request, on: wrong) }
        }
        let third = StreamNonces(acceptor: stream.acceptor, opener: stream.opener, place: 3)
        let message = try ours.seal([1, 2, 3], by: sender, as: .message, on: third)
        for place in [nil, 2, 4, 3 << 8] as [UInt64?] {
            let wrong = StreamNonces(acceptor: stream.acceptor, opener: stream.opener, place: place)
            #expect(throws: SealFailure.notAuthentic) { try ours.open(message, as: .message, on: wrong) }
        }
        // The sender stands after the version and the key's id.
        for index in 5..<21 {
            var forged = sealed
            forged[index] ^= 1
            #expect(throws: SealFailure.notAuthentic) { try ours.open(forged, as: .request, on: stream) }
        }
    }

    @Test("why a message cannot be opened is told: another key, another cluster, no seal at all")
    func reasons() throws {
        let key = GossipKeyring.generateKey()
        let ours = try cipher(key)
        let foreign = try cipher(GossipKeyring.generateKey()).seal([1], by: sender, as: .datagram, on: .none)
        #expect(throws: SealFailure.unknownKey) { try ours.open(foreign, as: .datagram, on: .none) }
        let invoices = try cipher(key, cluster: "invoices").seal([1], by: sender, as: .datagram, on: .none)
        #expect(throws: SealFailure.notAuthentic) { try ours.open(invoices, as: .datagram, on: .none) }
        let plain = Array("PFG".utf8) + Array(repeating: 0, count: 60)
        #expect(throws: SealFailure.notSealed) { try ours.open(plain, as: .datagram, on: .none) }
    }
}
