import ClusterModel
import Testing

@testable import Gossip

@Suite("Versions of the protocol")
struct VersionTests {
    private func driver(_ own: ClosedRange<UInt8>) -> Driver {
        var settings = GossipSettings(clusterName: "orders")
        settings.protocolVersions = ProtocolVersions(own)
        return Driver(settings: settings)
    }

    private func address(_ number: UInt64) -> HostPort { HostPort(host: "10.0.0.\(number)", port: 6307) }

    private func claim(
        _ number: UInt64,
        _ liveness: Liveness = .alive,
        _ incarnation: UInt64 = 1,
        speaking versions: ClosedRange<UInt8>
    ) -> Datagram.Item {
        .claim(
            Sample.claim(
                number,
                liveness,
                incarnation,
                at: address(number),
                versions: ProtocolVersions(versions)
            )
        )
    }

    private func header(_ sender: UInt64, _ versions: ClosedRange<UInt8>, _ version: UInt8) -> PacketHeader {
        Sample.header(sender: sender, versions: ProtocolVersions(versions), version: version)
    }

    @Test("ranges that meet have those versions in common that both have")
    func ranges() {
        let cases: [(ClosedRange<UInt8>, ClosedRange<UInt8>, ClosedRange<UInt8>?)] = [
            (1...1, 1...2, 1...1), (1...2, 2...3, 2...2), (1...3, 2...2, 2...2), (1...2, 3...4, nil),
            (0...255, 7...9, 7...9),
        ]
        for (one, other, expected) in cases {
            let common = ProtocolVersions(one).common(with: ProtocolVersions(other))
            #expect(common == expected.map { ProtocolVersions($0) })
            #expect(common == ProtocolVersions(other).common(with: ProtocolVersions(one)))
        }
    }

    @Test("packets are written in the highest version that all present members have")
    func highestInCommon() {
        var driver = driver(2...4)
        #expect(driver.node.clusterVersion == 4)
        driver.hear([claim(2, speaking: 2...3)], header: header(2, 2...3, 2))
        #expect(driver.node.clusterVersion == 3)
        let sent = driver.advance(milliseconds: 3000).datagrams
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { $0.1.header.version == 3 && $0.1.header.versions == ProtocolVersions(2...4) })
        driver.hear([claim(2, .left, 2, speaking: 2...3)], header: header(2, 2...3, 3))
        #expect(driver.node.clusterVersion == 4)
    }

    @Test("a change of the version is told once")
    func change() {
        var driver = driver(1...2)
        driver.handle(.timer)
        let notices = driver.hear([claim(2, speaking: 1...1)], header: header(2, 1...1, 1)).notices
        #expect(notices.contains(.versionChanged(from: 2, to: 1)))
        #expect(driver.node.counters.protocolVersion == 1)
        #expect(!driver.advance(milliseconds: 300).notices.contains(.versionChanged(from: 2, to: 1)))
    }

    @Test("an answer is in the version of the question, also to one who is not known")
    func answers() throws {
        var driver = driver(1...3)
        for version in UInt8(1)...3 {
            let ping = Datagram.Message.ping(sequence: 7, target: Sample.id(1))
            let answer = driver.hear([], ping, header: header(9, 1...3, version)).datagrams
            #expect(answer.map(\.1.header.version) == [version])
            let request = StreamMessage(
                header: header(9, 1...3, version),
                body: .compare(groups: Array(repeating: 0, count: 32))
            )
            let actions = driver.handle(.streamRequest(InboundStreamID(rawValue: 1), bytes: request.encoded()))
            let reply = actions.compactMap { if case .reply(_, let bytes) = $0 { bytes } else { nil } }.first
            let bytes = try #require(reply)
            let message = try StreamMessage(decoding: bytes[...], clusterName: "orders", versions: .all)
            #expect(message.header.version == version)
        }
    }

    @Test("a packet of one who shares no version with this member is counted, reported once, and changes nothing")
    func strangerByDatagram() {
        var driver = driver(1...2)
        var notices: [GossipNotice] = []
        for _ in 0..<5 {
            notices += driver.hear([claim(2, speaking: 3...4)], header: header(2, 3...4, 3), from: address(2)).notices
        }
        let expected = GossipNotice.versionRefused(
            host: "10.0.0.2",
            theirs: ProtocolVersions(3...4),
            ours: ProtocolVersions(1...2)
        )
        #expect(notices == [expected])
        #expect(driver.node.counters.unsupportedVersion == 5)
        #expect(driver.liveness(2) == nil)
        driver.advance(milliseconds: 30_000)
        #expect(driver.hear([], header: header(2, 3...4, 3), from: address(2)).notices == [expected])
    }

    @Test("one who asks by a stream is refused with the versions that are spoken here, and says so itself")
    func strangerByStream() throws {
        var seed = driver(1...2)
        var newcomer = driver(3...3)
        let join = newcomer.handle(.join(seeds: [Sample.elsewhere])).streams
        let stream = try #require(join.first)
        let actions = seed.handle(
            .streamRequest(InboundStreamID(rawValue: 1), from: "10.0.0.7", bytes: stream.2.encoded())
        )
        #expect(
            actions.notices == [
                .versionRefused(host: "10.0.0.7", theirs: ProtocolVersions(3...3), ours: ProtocolVersions(1...2))
            ]
        )
        let reply = try #require(actions.compactMap { if case .reply(_, let bytes) = $0 { bytes } else { nil } }.first)
        let notices = newcomer.handle(.streamReply(stream.id, bytes: reply)).notices
        #expect(
            notices == [
                .versionRefused(
                    host: Sample.elsewhere.host,
                    theirs: ProtocolVersions(1...2),
                    ours: ProtocolVersions(3...3)
                )
            ]
        )
        #expect(newcomer.node.hasJoined == false)
        #expect(newcomer.node.counters.unsupportedVersion == 1)
    }

    @Test("a member that would leave all without a common version is not taken in, and is once that is over")
    func noCommonVersion() {
        var driver = driver(1...3)
        driver.hear([claim(2, speaking: 1...2)], header: header(2, 1...2, 2))
        let refused = driver.hear([claim(3, speaking: 3...3)], header: header(2, 1...2, 2))
        #expect(driver.liveness(3) == nil)
        #expect(driver.node.counters.unsupportedVersion == 1)
        #expect(
            refused.notices.contains(
                .versionRefused(host: "10.0.0.3", theirs: ProtocolVersions(3...3), ours: ProtocolVersions(1...2))
            )
        )
        driver.hear([claim(2, .left, 2, speaking: 1...2)], header: header(2, 1...2, 2))
        driver.hear([claim(3, speaking: 3...3)], header: header(3, 3...3, 3))
        #expect(driver.liveness(3) == .alive)
        #expect(driver.node.clusterVersion == 3)
    }

    @Test("a member that restarts with versions that nobody has is refused; its former life is left to the probes")
    func incompatibleRestart() {
        var driver = driver(1...1)
        driver.hear([claim(2, speaking: 1...1)], header: header(2, 1...1, 1))
        var restarted = Sample.claim(2, .alive, 2, boot: 5, at: address(2))
        restarted.versions = ProtocolVersions(2...2)
        driver.hear([.claim(restarted)], header: header(4, 1...1, 1))
        let known = driver.node.members(now: driver.now).first { $0.id == Sample.id(2) }
        #expect(known?.bootID == BootID(rawValue: 1))
    }

    @Test("the dead are told of their death in a version that they read")
    func dead() {
        var driver = driver(1...2)
        driver.hear([claim(3, speaking: 1...2)], header: header(3, 1...2, 1))
        driver.hear([claim(2, speaking: 1...1)], header: header(2, 1...1, 1))
        // Whoever was not under suspicion before is not dead because another says so.
        driver.hear([claim(2, .suspect, 1, speaking: 1...1)], header: header(3, 1...2, 1))
        driver.advance(milliseconds: 1100)
        let news = driver.hear([claim(2, .dead, 1, speaking: 1...1)], header: header(3, 1...2, 2), from: address(3))
        #expect(driver.liveness(2) == .dead)
        let sent = (news + driver.advance(milliseconds: 400)).datagrams
        let toDead = sent.filter { $0.to == address(2) }
        let toLiving = sent.filter { $0.to == address(3) }
        #expect(!toDead.isEmpty && toDead.allSatisfy { $0.1.header.version == 1 })
        #expect(!toLiving.isEmpty && toLiving.allSatisfy { $0.1.header.version == 2 })
    }

    @Test("whoever does not know what the seeds speak tries its versions in turn")
    func joining() {
        var driver = driver(2...4)
        var tried = driver.handle(.join(seeds: [Sample.elsewhere])).streams.map { $0 }
        for _ in 0..<5 {
            if let last = tried.last { driver.handle(.streamFailed(last.id)) }
            tried += driver.advance(milliseconds: 500).streams
        }
        #expect(tried.map(\.2.header.version) == [2, 3, 4, 2, 3, 4])
    }
}

@Suite("Senders")
struct SenderTests {
    @Test("a message that names another sender than the one who sealed it is dropped and counted")
    func mismatch() {
        var driver = Driver()
        let datagram = Datagram(header: Sample.header(), message: .gossip, items: [.claim(Sample.claim(.alive, 1))])
        driver.handle(.datagram(from: Sample.elsewhere, sealedBy: Sample.id(3), bytes: datagram.encoded()))
        #expect(driver.liveness(2) == nil)
        let request = StreamMessage(header: Sample.header(), body: .exchange([]))
        let actions = driver.handle(
            .streamRequest(InboundStreamID(rawValue: 4), sealedBy: Sample.id(3), bytes: request.encoded())
        )
        #expect(actions.contains(.refuse(InboundStreamID(rawValue: 4))))
        #expect(driver.node.counters.senderMismatches == 2)
        driver.handle(.datagram(from: Sample.elsewhere, sealedBy: Sample.id(2), bytes: datagram.encoded()))
        #expect(driver.liveness(2) == .alive)
        #expect(driver.node.counters.senderMismatches == 2)
    }

    @Test("an answer that somebody else sealed ends its stream without being used")
    func reply() throws {
        var driver = Driver()
        let stream = try #require(driver.handle(.join(seeds: [Sample.elsewhere])).streams.first)
        let answer = StreamMessage(header: Sample.header(), body: .exchangeReply([]))
        driver.handle(.streamReply(stream.id, sealedBy: Sample.id(3), bytes: answer.encoded()))
        #expect(!driver.node.hasJoined)
        #expect(driver.node.counters.senderMismatches == 1)
        #expect(driver.node.counters.streamFailures == 1)
    }
}
