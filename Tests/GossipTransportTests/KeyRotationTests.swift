import ClusterModel
import Gossip
import GossipTransport
import Synchronization
import TestServers
import Testing

/// Keys as a keyring has them: the first one seals, all open.
private final class Ring: GossipCipher {
    private let keys: Mutex<[UInt8]>

    init(_ keys: [UInt8]) { self.keys = Mutex(keys) }

    func replace(with keys: [UInt8]) { self.keys.withLock { $0 = keys } }

    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart, on stream: StreamNonces) throws -> [UInt8]
    {
        try Inverting(key: keys.withLock { $0.first ?? 0 }).seal(plaintext, by: sender, as: part, on: stream)
    }

    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
        for key in keys.withLock({ $0 }) {
            if let plain = try? Inverting(key: key).open(sealed, as: part, on: stream) { return plain }
        }
        throw Inverting.NotSealed()
    }
}

@Suite("Exchange of the gossip key")
struct KeyRotationTests {
    @Test("the new key is added everywhere, then comes first, then the old one goes: no packet is lost on the way")
    func rotation() async throws {
        let rings = (1...3).map { _ in Ring([7]) }
        var members: [TestMember] = []
        for (index, ring) in rings.enumerated() {
            let member = TestMember(UInt64(index + 1), seeds: try await addresses(of: members), cipher: ring)
            try await member.start()
            members.append(member)
        }
        let all = members
        let joined = try await eventually(within: .seconds(8)) { all.allSatisfy { $0.sees([1, 2, 3]) } }
        try #require(joined != nil)

        for keys: [UInt8] in [[7, 9], [9, 7], [9]] {
            // One after the other, with traffic in between: at any time some have the new ring and some the old one.
            for ring in rings {
                ring.replace(with: keys)
                try await exchangePackets(all)
            }
        }
        for member in all {
            #expect(member.service.counters.decryptFailures == 0)
            await member.service.stop()
        }
    }

    private func addresses(of members: [TestMember]) async throws -> [HostPort] {
        members.compactMap { $0.members.first?.address }
    }

    /// Until each member has received a few packets more.
    private func exchangePackets(_ members: [TestMember]) async throws {
        for member in members {
            let before = member.service.counters.packetsIn
            let received = try await eventually(within: .seconds(10)) {
                member.service.counters.packetsIn >= before + 4
            }
            #expect(received != nil)
        }
    }
}
