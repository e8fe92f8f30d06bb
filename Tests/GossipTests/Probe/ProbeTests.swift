import ClusterModel
import Testing

@testable import Gossip

@Suite("Probing")
struct ProbeTests {
    @Test("every member is probed once a round", arguments: [1, 2, 3, 10, 100])
    func fairness(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        var targets = ProbeTargets<MemberID>()
        for number in 1...count { targets.insert(Sample.id(UInt64(number)), using: &random) }
        for _ in 0..<20 {
            let round = (0..<count).compactMap { _ in targets.take(using: &random) }
            #expect(Set(round).count == count)
        }
    }

    @Test("two members take turns; of more, none waits longer than two rounds", arguments: [2, 3, 10])
    func longestWait(count: Int) {
        var random = SeededGenerator(seed: 3)
        var targets = ProbeTargets<MemberID>()
        for number in 1...count { targets.insert(Sample.id(UInt64(number)), using: &random) }
        var last: [MemberID: Int] = [:]
        var longest = 0
        for turn in 0..<(200 * count) {
            guard let id = targets.take(using: &random) else { continue }
            if let before = last[id] { longest = max(longest, turn - before) }
            last[id] = turn
        }
        #expect(longest <= 2 * count - (count == 2 ? 2 : 1))
        #expect(longest > 0)
    }

    @Test("who comes or goes in the middle of a round changes nobody else's turn")
    func changes() {
        var random = SeededGenerator(seed: 5)
        var targets = ProbeTargets<MemberID>()
        for number in 1...10 { targets.insert(Sample.id(UInt64(number)), using: &random) }
        var probed = (0..<5).compactMap { _ in targets.take(using: &random) }
        let gone = probed[0]
        targets.remove(gone)
        targets.insert(Sample.id(11), using: &random)
        probed += (0..<5).compactMap { _ in targets.take(using: &random) }.filter { $0 != Sample.id(11) }
        #expect(Set(probed).count == probed.count)
        targets.remove(Sample.id(77))
        #expect(targets.count == 10)
        #expect(ProbeTargets<MemberID>().count == 0)
    }

    private func cluster(of others: ClosedRange<UInt64>) -> Driver {
        var driver = Driver()
        driver.hear(
            others.map { .claim(Sample.claim($0, .alive, 1, at: HostPort(host: "10.0.0.\($0)", port: 6307))) }
        )
        return driver
    }

    /// Passes time until a ping goes out.
    private func firstPing(_ driver: inout Driver) throws -> (target: MemberID, sequence: UInt32) {
        for _ in 0..<100 {
            for (_, datagram) in driver.advance(milliseconds: 10).datagrams {
                if case .ping(let sequence, let target) = datagram.message { return (target, sequence) }
            }
        }
        throw NoPing()
    }

    private struct NoPing: Error {}

    @Test("an ack ends the probe: nobody else is asked")
    func acked() throws {
        var driver = cluster(of: 2...5)
        let ping = try firstPing(&driver)
        driver.hear(
            [],
            .ack(sequence: ping.sequence, reception: .known),
            header: Sample.header(sender: ping.target.low)
        )
        let later = driver.advance(milliseconds: 300).datagrams
        #expect(!later.contains { if case .pingRequest = $0.1.message { true } else { false } })
        driver.advance(milliseconds: 150)
        #expect(driver.node.counters.probeFailures == 0)
    }

    @Test(
        "without an ack three others are asked and a stream is tried; then the target is doubted, then suspect, not dead"
    )
    func indirect() throws {
        var driver = cluster(of: 2...7)
        let ping = try firstPing(&driver)
        let later = driver.advance(milliseconds: 250)
        let asked = later.datagrams.filter {
            $0.1.message == .pingRequest(sequence: ping.sequence, target: ping.target)
        }
        #expect(asked.count == 3)
        #expect(Set(asked.map(\.to)).count == 3)
        #expect(!asked.contains { $0.to.host == "10.0.0.\(ping.target.low)" })
        #expect(later.streams.map(\.2.body) == [.ping(target: ping.target)])
        driver.advance(milliseconds: 300)
        #expect(driver.liveness(ping.target.low) == .alive)
        driver.advance(milliseconds: 500)
        #expect(driver.liveness(ping.target.low) == .suspect)
        #expect(driver.node.counters.probeFailures == 1)
    }

    @Test("an ack through another member counts")
    func relayedAck() throws {
        var driver = cluster(of: 2...5)
        let ping = try firstPing(&driver)
        driver.advance(milliseconds: 250)
        let helper: UInt64 = ping.target.low == 2 ? 3 : 2
        driver.hear([], .ack(sequence: ping.sequence, reception: .known), header: Sample.header(sender: helper))
        driver.advance(milliseconds: 249)
        #expect(driver.liveness(ping.target.low) == .alive)
        #expect(driver.node.counters.probeFailures == 0)
    }

    @Test("asked to ping for another, a node does so and passes the ack on under the asker's number, once")
    func relay() throws {
        var driver = cluster(of: 2...3)
        let asker = HostPort(host: "10.0.0.2", port: 6307)
        let sent = driver.hear([], .pingRequest(sequence: 77, target: Sample.id(3)), from: asker).datagrams
        let ping = try #require(sent.first { $0.to.host == "10.0.0.3" })
        guard case .ping(let sequence, Sample.id(3)) = ping.1.message else {
            Issue.record("no ping but \(ping.1.message)")
            return
        }
        let target = Sample.header(sender: 3)
        let ack = Datagram.Message.ack(sequence: sequence, reception: .known)
        let passedOn = driver.hear([], ack, header: target).datagrams
        #expect(passedOn.contains { $0.to == asker && $0.1.message == .ack(sequence: 77, reception: .known) })
        let again = driver.hear([], ack, header: target).datagrams
        #expect(!again.contains { $0.1.message == .ack(sequence: 77, reception: .known) })
    }

    @Test("a ping for somebody else, who had the address before, is not answered")
    func misdirected() {
        var driver = cluster(of: 2...3)
        let answer = driver.hear([], .ping(sequence: 1, target: Sample.id(9))).datagrams
        #expect(!answer.contains { if case .ack = $0.1.message { true } else { false } })
    }
}

@Suite("Suspicion")
struct SuspicionTests {
    private func suspicion(members: Int, patience: Int = 1) -> Suspicion {
        Suspicion(
            accuser: Sample.id(1),
            members: members,
            patience: patience,
            settings: GossipSettings(clusterName: "orders"),
            now: Sample.time(0)
        )
    }

    @Test(
        "the time is the shortest where too few can confirm, else it shrinks with each confirmation",
        arguments: [(3, [2000, 2000]), (10, [6000, 3476, 2000, 2000]), (100, [12_000, 6952, 4000])]
    )
    func timeout(members: Int, expected: [Int]) {
        var suspicion = suspicion(members: members)
        for (confirmations, milliseconds) in expected.enumerated() {
            if confirmations > 0 { _ = suspicion.confirm(by: Sample.id(UInt64(10 + confirmations))) }
            #expect(abs(suspicion.timeoutMilliseconds - milliseconds) <= 1)
        }
    }

    @Test("one who may itself be in trouble waits longer, unless others confirm", arguments: [(3, 8000), (10, 24_000)])
    func patience(members: Int, longest: Int) {
        var suspicion = suspicion(members: members, patience: 4)
        #expect(suspicion.timeoutMilliseconds == longest)
        guard members == 10 else { return }
        for accuser: UInt64 in 11...12 { _ = suspicion.confirm(by: Sample.id(accuser)) }
        #expect(suspicion.timeoutMilliseconds == 2000)
    }

    @Test("an accuser counts once, and no more than are expected count")
    func confirmations() {
        var suspicion = suspicion(members: 10)
        let results = [1, 2, 2, 3, 4].map { suspicion.confirm(by: Sample.id($0)) }
        #expect(results == [false, true, false, true, false])
        #expect(suspicion.confirmations == 2)
    }

    @Test("after a pause of this process the suspect has its shortest time again")
    func restart() {
        var suspicion = suspicion(members: 3)
        suspicion.restart(now: Sample.time(500))
        #expect(suspicion.deadline == Sample.time(2_500))
        suspicion.restart(now: Sample.time(60_000))
        #expect(suspicion.deadline == Sample.time(62_000))
    }

    @Test("logarithms", arguments: [(1, 0), (2, 1), (10, 1), (11, 2), (100, 2), (101, 3), (.max, 19), (0, 0), (-5, 0)])
    func logarithms(value: Int, expected: Int) {
        #expect(Logarithm.ceilingOfLog10(value) == expected)
    }

    @Test("the binary logarithm is exact to four places")
    func binaryLogarithm() {
        for (value, expected) in [(2, 1), (8, 3), (10, 3.321928), (3, 1.584963), (1, 0), (0, 0)] as [(Double, Double)] {
            #expect(abs(Logarithm.base2(value) - expected) < 0.0001)
        }
    }
}

@Suite("Pinging again")
struct PingAgainTests {
    @Test("a target that does not answer is pinged three times in a probe, under one number; a late ack counts")
    func again() throws {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: HostPort(host: "10.0.0.2", port: 6307)))])
        var pings: [UInt32] = []
        while driver.node.counters.probes == 0 { driver.advance(milliseconds: 1) }
        // The first ping went out at the last step.
        for (_, datagram) in driver.advance(milliseconds: 490).datagrams {
            if case .ping(let sequence, Sample.id(2)) = datagram.message { pings.append(sequence) }
        }
        #expect(pings.count == 2)
        #expect(Set(pings).count == 1)
        driver.hear([], .ack(sequence: pings[0], reception: .known))
        driver.advance(milliseconds: 8)
        #expect(driver.node.counters.probeFailures == 0)
        #expect(driver.liveness(2) == .alive)
    }
}
