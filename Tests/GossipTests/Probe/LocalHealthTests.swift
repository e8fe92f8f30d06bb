import ClusterModel
import Testing

@testable import Gossip

@Suite("Local health (Lifeguard, section IV.A)")
struct LocalHealthTests {
    @Test("the score stays between nothing and its bound, and stretches times")
    func bounds() {
        var health = LocalHealth(maximum: 8)
        health.improve()
        #expect(health.score == 0)
        #expect(health.scaled(500) == 500)
        health.worsen(by: 3)
        #expect(health.scaled(500) == 2000)
        health.worsen(by: 100)
        #expect(health.score == 8)
        #expect(health.scaled(Int.max) == Int.max)
        #expect(health.patience == 4)
    }

    private func cluster(lifeguard: GossipSettings.Lifeguard = .all) -> Driver {
        var settings = GossipSettings(clusterName: "orders")
        settings.lifeguard = lifeguard
        var driver = Driver(settings: settings)
        driver.hear(
            (2...7).map { .claim(Sample.claim($0, .alive, 1, at: HostPort(host: "10.0.0.\($0)", port: 6307))) }
        )
        return driver
    }

    /// Passes time until the first probe has failed, while so many helpers say that no ack came.
    private func failProbe(_ driver: inout Driver, nacks: Int) {
        var answered = 0
        while driver.node.counters.probeFailures == 0 {
            for (to, datagram) in driver.advance(milliseconds: 10).datagrams {
                guard case .pingRequest(let sequence, _) = datagram.message, answered < nacks,
                    let helper = to.host.split(separator: ".").last.flatMap({ UInt64($0) })
                else { continue }
                answered += 1
                driver.hear([], .nack(sequence: sequence), header: Sample.header(sender: helper))
            }
        }
    }

    @Test("a failed probe is a sign if all helpers were silent, and none if one was heard", arguments: 0...3)
    func nacks(count: Int) {
        var driver = cluster()
        failProbe(&driver, nacks: count)
        #expect(driver.node.health.score == (count == 0 ? 1 : 0))
    }

    @Test("a score of 1 makes the next probe come after two intervals")
    func slower() {
        var driver = cluster()
        failProbe(&driver, nacks: 0)
        #expect(driver.node.health.score == 1)
        let probes = driver.node.counters.probes
        driver.advance(milliseconds: 1)
        #expect(driver.node.counters.probes <= probes + 1)
        let started = driver.node.counters.probes
        driver.advance(milliseconds: 900)
        #expect(driver.node.counters.probes == started)
        driver.advance(milliseconds: 200)
        #expect(driver.node.counters.probes == started + 1)
    }

    @Test("without this part of Lifeguard nothing is stretched")
    func off() {
        var driver = cluster(lifeguard: [])
        failProbe(&driver, nacks: 0)
        #expect(driver.node.health.score == 0)
    }

    @Test("having to refute a rumour about oneself is a sign")
    func refutation() {
        var driver = cluster()
        driver.hear([.claim(Sample.claim(1, .suspect, 1, boot: 100, by: 3))])
        #expect(driver.node.health.score == 1)
        #expect(driver.node.counters.refutations == 1)
    }

    @Test("a helper says in time that no ack has come, once, and passes on one that comes later")
    func helper() throws {
        var driver = cluster()
        let asker = HostPort(host: "10.0.0.2", port: 6307)
        let sent = driver.hear([], .pingRequest(sequence: 77, target: Sample.id(3)), from: asker).datagrams
        let ping = try #require(
            sent.compactMap { message -> UInt32? in
                if case .ping(let sequence, let target) = message.1.message, target == Sample.id(3) {
                    sequence
                } else {
                    nil
                }
            }.first
        )
        let later = driver.advance(milliseconds: 450).datagrams
        #expect(later.filter { $0.to == asker && $0.1.message == .nack(sequence: 77) }.count == 1)
        let passed = driver.hear(
            [],
            .ack(sequence: ping, reception: .known),
            header: Sample.header(sender: 3),
            from: HostPort(host: "10.0.0.3", port: 6307)
        ).datagrams
        #expect(passed.contains { $0.to == asker && $0.1.message == .ack(sequence: 77, reception: .known) })
    }

    @Test("an ack in time leaves no nack")
    func noNack() throws {
        var driver = cluster()
        let asker = HostPort(host: "10.0.0.2", port: 6307)
        let sent = driver.hear([], .pingRequest(sequence: 77, target: Sample.id(3)), from: asker).datagrams
        for (_, datagram) in sent {
            guard case .ping(let sequence, let target) = datagram.message, target == Sample.id(3) else { continue }
            driver.hear([], .ack(sequence: sequence, reception: .known), header: Sample.header(sender: 3))
        }
        #expect(!driver.advance(milliseconds: 900).datagrams.contains { $0.1.message == .nack(sequence: 77) })
    }
}
