import ClusterModel
import Gossip
import GossipTransport
import Testing

@Suite("The sender of a sealed message")
struct SenderTests {
    /// Seals in the name of another member.
    private struct Impostor: GossipCipher {
        let honest = Inverting(key: 7)
        let name: MemberID

        func seal(
            _ plaintext: [UInt8],
            by sender: MemberID,
            as part: SealedPart,
            on stream: StreamNonces
        ) throws -> [UInt8] {
            try honest.seal(plaintext, by: name, as: part, on: stream)
        }

        func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
            try honest.open(sealed, as: part, on: stream)
        }
    }

    @Test("a member that seals in another's name is not heard, and counted")
    func impostor() async throws {
        let member = TestMember(1, cipher: Inverting(key: 7))
        let address = try await member.start()
        let impostor = TestMember(2, seeds: [address], cipher: Impostor(name: TestMember.id(1)))
        try await impostor.start()
        let counted = try await eventually(within: .seconds(5)) {
            member.service.counters.senderMismatches >= 2
        }
        #expect(counted != nil)
        #expect(member.members.count == 1)
        #expect(impostor.members.count == 1)
        #expect(member.service.counters.decryptFailures == 0)
        await impostor.service.stop()
        await member.service.stop()
    }

    @Test("two members without a version in common refuse each other, and say so")
    func versions() async throws {
        let old = TestMember(1)
        let address = try await old.start()
        let new = TestMember(2, seeds: [address], versions: ProtocolVersions(200...201))
        try await new.start()
        let counted = try await eventually(within: .seconds(5)) {
            let both = (old.service.counters, new.service.counters)
            return both.0.unsupportedVersion > 0 && both.1.unsupportedVersion > 0
        }
        #expect(counted != nil)
        #expect(old.members.count == 1)
        #expect(new.members.count == 1)
        #expect(old.notices.contains { $0.isRefusal(of: "127.0.0.1", ProtocolVersions(200...201)) })
        #expect(new.notices.contains { $0.isRefusal(of: "127.0.0.1", .supported) })
        await new.service.stop()
        await old.service.stop()
    }
}

extension GossipNotice {
    fileprivate func isRefusal(of host: String, _ versions: ProtocolVersions) -> Bool {
        if case .versionRefused(host, versions, _) = self { true } else { false }
    }
}
