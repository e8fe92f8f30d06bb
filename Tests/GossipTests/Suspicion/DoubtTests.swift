import ClusterModel
import Testing

@testable import Gossip

@Suite("Doubts: between a probe that failed and a suspicion")
struct DoubtTests {
    private static let address = HostPort(host: "10.0.0.2", port: 6307)

    private func claim(_ liveness: Liveness, late lateness: Lateness = .none, by accuser: UInt64? = nil) -> MemberClaim
    {
        var claim = Sample.claim(2, liveness, 1, at: Self.address, by: accuser)
        claim.lateness = lateness
        return claim
    }

    /// Two members, of which the other has not answered a probe.
    ///
    /// - Returns: the probe's number.
    private func failProbe(_ driver: inout Driver) -> UInt32 {
        var sequence: UInt32 = 0
        while driver.node.counters.probeFailures == 0 {
            for (_, datagram) in driver.advance(milliseconds: 1).datagrams {
                if case .ping(let number, _) = datagram.message, sequence == 0 { sequence = number }
            }
        }
        return sequence
    }

    private func pings(_ actions: [GossipAction], _ sequence: UInt32) -> Int {
        actions.datagrams.filter { $0.1.message == .ping(sequence: sequence, target: Sample.id(2)) }.count
    }

    @Test("nobody is told for one probe interval, in which the target is pinged under the probe's number")
    func telling() {
        var driver = Driver()
        driver.hear([.claim(claim(.alive))])
        let sequence = failProbe(&driver)
        let during = driver.advance(milliseconds: 480)
        #expect(pings(during, sequence) == 1)
        #expect(driver.liveness(2) == .alive)
        #expect(driver.node.counters.doubts == 1)
        #expect(driver.node.counters.suspicions == 0)
        driver.advance(milliseconds: 30)
        #expect(driver.liveness(2) == .suspect)
    }

    @Test("the time counts: a death comes no later for it")
    func death() {
        var driver = Driver()
        driver.hear([.claim(claim(.alive))])
        _ = failProbe(&driver)
        driver.advance(milliseconds: 1_980)
        #expect(driver.liveness(2) == .suspect)
        driver.advance(milliseconds: 30)
        #expect(driver.liveness(2) == .dead)
    }

    @Test(
        "an answer under the old number ends it, by packet or stream, and nothing was said",
        arguments: [true, false]
    )
    func answer(isStream: Bool) throws {
        var driver = Driver()
        driver.hear([.claim(claim(.alive))])
        var stream: StreamID?
        var sequence: UInt32 = 0
        while driver.node.counters.probeFailures == 0 {
            let actions = driver.advance(milliseconds: 1)
            stream = actions.streams.first { $0.2.body == .ping(target: Sample.id(2)) }?.id ?? stream
            for (_, datagram) in actions.datagrams {
                if case .ping(let number, _) = datagram.message { sequence = number }
            }
        }
        driver.advance(milliseconds: 300)
        if isStream {
            let reply = StreamMessage(header: Sample.header(), body: .ack).encoded()
            driver.handle(.streamReply(try #require(stream), sealedBy: nil, bytes: reply))
        } else {
            driver.hear([], .ack(sequence: sequence, reception: .known))
        }
        driver.advance(milliseconds: 250)
        #expect(driver.liveness(2) == .alive)
        #expect(driver.node.counters.suspicions == 0)
    }

    @Test("who others suspect already is suspected at once")
    func confirmation() {
        var driver = Driver()
        let others = (3...7).map { Sample.claim($0, .alive, 1, at: HostPort(host: "10.0.0.\($0)", port: 6307)) }
        driver.hear(others.map { .claim($0) })
        // The suspicion lasts long enough for the member's turn to come.
        driver.hear([.claim(claim(.suspect, by: 3))])
        var asked: [MemberID] = []
        while !asked.contains(Sample.id(2)) {
            for (_, datagram) in driver.advance(milliseconds: 1).datagrams {
                guard case .ping(let sequence, let target) = datagram.message else { continue }
                asked.append(target)
                guard target != Sample.id(2) else { continue }
                driver.hear([], .ack(sequence: sequence, reception: .known), header: Sample.header(sender: target.low))
            }
        }
        driver.advance(milliseconds: 510)
        let slot = driver.node.members.slot(of: Sample.id(2))
        #expect(slot.flatMap { driver.node.members.suspicion(at: $0) }?.confirmations == 1)
        #expect(driver.node.counters.doubts == 0)
    }

    @Test("one that says how late its answers may come has so much more time", arguments: [1, 3, 5] as [UInt8])
    func late(rawValue: UInt8) {
        let lateness = Lateness(rawValue: rawValue)
        var driver = Driver()
        driver.hear([.claim(claim(.alive, late: lateness))])
        let sequence = failProbe(&driver)
        let during = driver.advance(milliseconds: 480 + lateness.milliseconds)
        #expect(driver.liveness(2) == .alive)
        // Less and less often, after 2, 6, 10 and 14 s of 16; new probes have other numbers.
        #expect((2...4).contains(pings(during, sequence)))
        driver.advance(milliseconds: 1_500)
        #expect(driver.liveness(2) == .suspect)
    }

    @Test("one that is late is asked by few packets, which wait there: no helpers, and no sign of trouble here")
    func fewPackets() {
        var driver = Driver()
        let others = (3...7).map { Sample.claim($0, .alive, 1, at: HostPort(host: "10.0.0.\($0)", port: 6307)) }
        driver.hear(([claim(.alive, late: .longest)] + others).map { .claim($0) })
        var actions: [GossipAction] = []
        while driver.node.counters.probeFailures == 0 {
            let step = driver.advance(milliseconds: 1)
            actions += step
            for (_, datagram) in step.datagrams {
                guard case .ping(let sequence, let target) = datagram.message, target != Sample.id(2) else { continue }
                driver.hear([], .ack(sequence: sequence, reception: .known), header: Sample.header(sender: target.low))
            }
        }
        let toLate = actions.datagrams.filter { $0.to == Self.address }
        #expect(toLate.count { if case .ping = $0.1.message { true } else { false } } == 1)
        #expect(driver.node.counters.indirectProbes == 0)
        #expect(actions.streams.count { $0.2.body == .ping(target: Sample.id(2)) } == 1)
        #expect(driver.node.counters.healthScore == 0)
    }

    @Test("a process that slept lets the others answer first")
    func stall() {
        var driver = Driver()
        driver.hear([.claim(claim(.alive))])
        _ = failProbe(&driver)
        driver.now = driver.now.adding(milliseconds: 5_000)
        driver.handle(.timer)
        #expect(driver.node.counters.stalls == 1)
        #expect(driver.liveness(2) == .alive)
        driver.advance(milliseconds: 510)
        #expect(driver.liveness(2) == .suspect)
    }

    @Test("plain SWIM has none")
    func off() {
        var settings = GossipSettings(clusterName: "orders")
        settings.lifeguard = []
        var driver = Driver(settings: settings)
        driver.hear([.claim(claim(.alive))])
        _ = failProbe(&driver)
        #expect(driver.liveness(2) == .suspect)
        #expect(driver.node.counters.doubts == 0)
    }
}
