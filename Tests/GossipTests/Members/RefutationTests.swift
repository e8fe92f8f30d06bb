import ClusterModel
import Testing

@testable import Gossip

@Suite("What a member answers to talk about itself")
struct RefutationTests {
    private func local() -> LocalMember {
        LocalMember(id: Sample.id(1), bootID: BootID(rawValue: 100), address: Sample.here, record: [1])
    }

    @Test(
        "a rumour of its death, or its former life, is overridden; older talk and its own words are not",
        arguments: [
            (Liveness.suspect, 1, 100, LocalMember.Verdict.refuted, 2),
            (.dead, 7, 100, .refuted, 8),
            (.suspect, 0, 100, .nothing, 1),
            (.alive, 1, 100, .nothing, 1),
            (.alive, 1, 50, .nothing, 1),
            (.alive, 1, 150, .refuted, 1 + LocalMember.lead),
            (.alive, 9, 50, .refuted, 9 + LocalMember.lead),
            (.dead, 9, 50, .refuted, 9 + LocalMember.lead),
            (.left, 9, 50, .refuted, 9 + LocalMember.lead),
            (.left, 1, 50, .refuted, 1 + LocalMember.lead),
            (.dead, 1 << 32, 100, .refuted, 1 << 32 + 1),
            (.dead, 2 + 1 << 32, 100, .incredible, 1),
            (.alive, 2 + 1 << 32, 50, .incredible, 1),
            (.dead, .max, 50, .incredible, 1),
        ] as [(Liveness, UInt64, UInt64, LocalMember.Verdict, UInt64)]
    )
    func refutation(
        liveness: Liveness,
        incarnation: UInt64,
        boot: UInt64,
        expected: LocalMember.Verdict,
        after: UInt64
    ) {
        var member = local()
        let verdict1 = member.judge(Sample.claim(1, liveness, incarnation, boot: boot), joined: true)
        #expect(verdict1 == expected)
        #expect(member.claim.incarnation.rawValue == after)
        #expect(member.claim.liveness == .alive)
    }

    @Test("a newcomer gives way to a living process at another address, and takes the name when that is dead")
    func newcomer() {
        var member = local()
        let holder = Sample.claim(1, .alive, 7, boot: 50, at: Sample.elsewhere)
        let verdict3 = member.judge(holder, joined: false)
        #expect(verdict3 == .conflict)
        #expect(member.isDisplaced)
        let verdict4 = member.judge(holder, joined: false)
        #expect(verdict4 == .nothing)
        #expect(member.claim.incarnation.rawValue == 1)
        let verdict5 = member.judge(holder.saying(.dead), joined: false)
        #expect(verdict5 == .reclaimed)
        #expect(!member.isDisplaced)
        #expect(member.claim.incarnation.rawValue == 7 + LocalMember.lead)
    }

    @Test("an established process keeps its name and outbids neither claim nor record of a rival")
    func established() {
        var member = local()
        let rival = Sample.claim(1, .alive, 7, boot: 50, at: Sample.elsewhere)
        let verdict6 = member.judge(rival, joined: true)
        #expect(verdict6 == .conflict)
        let verdict7 = member.judge(rival, joined: true)
        #expect(verdict7 == .conflict)
        #expect(!member.isDisplaced)
        #expect(member.claim.incarnation.rawValue == 1)
        let verdict8 = member.judge(Sample.stamp(9, boot: 50))
        #expect(!verdict8)
        let verdict9 = member.judge(rival.saying(.dead), joined: true)
        #expect(verdict9 == .refuted)
        let verdict10 = member.judge(Sample.stamp(9, boot: 50))
        #expect(verdict10)
        #expect(member.record.stamp == Sample.stamp(10, boot: 100))
    }

    @Test(
        "a record of a former life, or in its own name, is outbid if it would win",
        arguments: [
            (5, 50, true, 6), (1, 50, true, 2), (0, 50, false, 1), (1, 100, false, 1), (9, 100, true, 10),
            (2 + 1 << 32, 50, false, 1), (.max, 50, false, 1),
        ]
            as [(UInt64, UInt64, Bool, UInt64)]
    )
    func record(version: UInt64, boot: UInt64, isRaised: Bool, after: UInt64) {
        var member = local()
        let verdict11 = member.judge(Sample.stamp(version, boot: boot))
        #expect(verdict11 == isRaised)
        #expect(member.record.stamp == Sample.stamp(after, boot: 100))
    }

    @Test("who has said farewell refutes nothing")
    func left() {
        var member = local()
        member.leave()
        let verdict12 = member.judge(Sample.claim(1, .dead, 9, boot: 100), joined: true)
        #expect(verdict12 == .nothing)
        #expect(member.claim.liveness == .left)
    }

    @Test("told of its death by a datagram, a node spreads a higher incarnation at once")
    func refutesAtOnce() throws {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.advance(milliseconds: 5_000)
        let actions = driver.hear([.claim(Sample.claim(1, .dead, 1, boot: 100))])
        #expect(actions.notices.contains(.refuted(rumour: .dead, incarnation: Incarnation(rawValue: 2))))
        let told = actions.datagrams.contains { _, datagram in
            datagram.items.contains(.claim(Sample.claim(1, .alive, 2, boot: 100)))
        }
        #expect(told)
        #expect(driver.node.counters.refutations == 1)
    }

    @Test("a sender that is thought dead is told so, and its higher incarnation is believed")
    func correction() throws {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.hear([.claim(Sample.claim(2, .suspect, 1, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        driver.advance(milliseconds: 1_500)
        driver.hear([.claim(Sample.claim(2, .dead, 1, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .dead)
        let answer = driver.hear([], .ping(sequence: 4, target: Sample.id(1)), from: Sample.elsewhere).datagrams
        let ack = try #require(answer.first { $0.1.message == .ack(sequence: 4, reception: .known) })
        #expect(ack.to == Sample.elsewhere)
        #expect(ack.1.items.first == .claim(Sample.claim(2, .dead, 1, at: Sample.elsewhere)))
        driver.hear([], header: Sample.header(incarnation: 2))
        #expect(driver.liveness(2) == .alive)
    }

    @Test("a packet from an unknown sender adds nobody; its full claim does")
    func unknownSender() throws {
        var driver = Driver()
        let answer = driver.hear([], .ping(sequence: 4, target: Sample.id(1))).datagrams
        #expect(answer.first?.1.message == .ack(sequence: 4, reception: .unknown))
        #expect(driver.liveness(2) == nil)
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        #expect(driver.liveness(2) == .alive)
    }

    @Test("a packet of another cluster changes nothing and is counted")
    func foreignCluster() {
        var driver = Driver()
        let actions = driver.hear(
            [.claim(Sample.claim(2, .alive, 1))],
            header: Sample.header(cluster: "other"),
            from: Sample.elsewhere
        )
        #expect(actions.notices == [.foreignCluster(from: Sample.elsewhere, count: 1)])
        #expect(driver.liveness(2) == nil)
        #expect(driver.node.counters.foreignCluster == 1)
    }
}

@Suite("Two who know only each other's former lives")
struct MutualCorrectionTests {
    /// Found by the simulator (seed 62052, 4 members, churn, 40 s): each told the other of a death that the other
    /// had outlived, and so on for ever.
    @Test("they do not talk for ever, and learn of each other with the next probe")
    func endsAndHeals() throws {
        var one = Driver()
        one.hear([.claim(Sample.claim(2, .dead, 1, boot: 1, at: HostPort(host: "10.0.0.2", port: 6307)))])
        // Member 2 runs as another process, in a later incarnation, and speaks of something else.
        let header = Sample.header(sender: 2, boot: 9, incarnation: 4)
        let toGossip = one.hear([], .gossip, header: header).datagrams
        #expect(toGossip.isEmpty)
        let toPing = one.hear([], .ping(sequence: 7, target: Sample.id(1)), header: header).datagrams
        #expect(toPing.first?.1.message == .ack(sequence: 7, reception: .unknown))
    }

    @Test("a sender that is taken for dead is told so, and that is not answered")
    func answerIsTheEnd() throws {
        var one = Driver()
        one.hear([.claim(Sample.claim(2, .dead, 5, boot: 1, at: HostPort(host: "10.0.0.2", port: 6307)))])
        let header = Sample.header(sender: 2, boot: 1, incarnation: 5)
        let toGossip = one.hear([], .gossip, header: header).datagrams
        #expect(toGossip.map(\.1.message) == [.answer])
        #expect(one.hear([], .answer, header: header).datagrams.isEmpty)
    }
}
