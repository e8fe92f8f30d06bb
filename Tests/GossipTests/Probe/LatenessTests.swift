import ClusterModel
import Testing

@testable import Gossip

@Suite("How late a member's answers may come")
struct LatenessTests {
    @Test(
        "a power of two seconds that covers it",
        arguments: [
            (0, 0), (499, 0), (500, 1000), (1000, 1000), (1001, 2000), (3000, 4000), (16_000, 16_000), (.max, 16_000),
        ]
    )
    func covering(milliseconds: Int, expected: Int) {
        #expect(Lateness(covering: milliseconds).milliseconds == expected)
    }

    @Test("what a newer member says beyond the longest is the longest")
    func unknown() {
        #expect(Lateness(rawValue: 255) == .longest)
        #expect(Lateness(rawValue: 255).milliseconds == 16_000)
    }

    /// A silence of so many milliseconds, in which a question was asked at its beginning.
    private func silence(_ delays: inout ObservedDelays, from start: Int, milliseconds: Int, isAnswered: Bool = true) {
        delays.heard(now: Sample.time(start))
        delays.asked(UInt32(start), now: Sample.time(start))
        delays.heard(now: Sample.time(start + milliseconds))
        if isAnswered { delays.answered(UInt32(start), now: Sample.time(start + milliseconds)) }
    }

    @Test("one late answer may be a machine that moved; twice the second longest of several is expected again")
    func second() {
        var delays = ObservedDelays()
        silence(&delays, from: 0, milliseconds: 9_000)
        #expect(delays.lateness(now: Sample.time(9_000)) == .none)
        silence(&delays, from: 10_000, milliseconds: 3_000)
        #expect(delays.lateness(now: Sample.time(13_000)).milliseconds == 8_000)
        silence(&delays, from: 20_000, milliseconds: 7_000)
        #expect(delays.lateness(now: Sample.time(27_000)).milliseconds == 16_000)
    }

    @Test("silence without an answer after it may be that of others")
    func lost() {
        var delays = ObservedDelays()
        for start in 0..<5 { silence(&delays, from: start * 20_000, milliseconds: 9_000, isAnswered: false) }
        #expect(delays.lateness(now: Sample.time(100_000)) == .none)
    }

    @Test("a late answer while others were heard is the other's delay")
    func others() {
        var delays = ObservedDelays()
        for start in 0..<5 {
            delays.asked(UInt32(start), now: Sample.time(start * 20_000))
            for half in 0..<20 { delays.heard(now: Sample.time(start * 20_000 + half * 500)) }
            delays.answered(UInt32(start), now: Sample.time(start * 20_000 + 9_900))
        }
        #expect(delays.lateness(now: Sample.time(100_000)) == .none)
    }

    @Test("several answers after one silence are one delay, the longest of them")
    func oneSilence() {
        var delays = ObservedDelays()
        delays.heard(now: Sample.time(0))
        for question in 0..<4 { delays.asked(UInt32(question), now: Sample.time(question * 1000)) }
        delays.heard(now: Sample.time(6_000))
        for question in (0..<4).reversed() { delays.answered(UInt32(question), now: Sample.time(6_001)) }
        #expect(delays.lateness(now: Sample.time(6_001)) == .none)
        delays.stalled(milliseconds: 3_000, now: Sample.time(20_000))
        #expect(delays.lateness(now: Sample.time(20_000)).milliseconds == 8_000)
    }

    @Test("after ten minutes without a delay it is forgotten; of many the longest are kept")
    func memory() {
        var delays = ObservedDelays()
        delays.stalled(milliseconds: 12_000, now: Sample.time(0))
        delays.stalled(milliseconds: 14_000, now: Sample.time(1))
        for number in 2..<40 { delays.stalled(milliseconds: 1_500, now: Sample.time(number)) }
        #expect(delays.lateness(now: Sample.time(599_000)).milliseconds == 16_000)
        #expect(delays.lateness(now: Sample.time(700_000)) == .none)
    }

    /// A member that was held up twice, and was suspected meanwhile.
    private func lateMember() -> Driver {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: HostPort(host: "10.0.0.2", port: 6307)))])
        for _ in 0..<2 {
            driver.now = driver.now.adding(milliseconds: 2_000)
            driver.handle(.timer)
        }
        return driver
    }

    @Test("it is told with the refutation, in claim and header, by who has to refute, and by nobody else")
    func told() throws {
        var driver = lateMember()
        #expect(driver.node.counters.stalls == 2)
        driver.advance(milliseconds: 500)
        #expect(driver.node.counters.latenessMilliseconds == 0)
        let actions = driver.hear([.claim(Sample.claim(1, .suspect, 1, boot: 100, by: 3))])
        #expect(actions.contains(.notice(.latenessTold(milliseconds: 4_000))))
        #expect(driver.node.counters.latenessMilliseconds == 4_000)
        let sent = driver.advance(milliseconds: 1_000).datagrams
        let claims = sent.flatMap(\.1.items).compactMap { item -> MemberClaim? in
            if case .claim(let claim) = item, claim.id == Sample.id(1) { claim } else { nil }
        }
        #expect(!claims.isEmpty)
        #expect(claims.allSatisfy { $0.lateness.milliseconds == 4_000 })
        #expect(sent.allSatisfy { $0.1.header.lateness.milliseconds == 4_000 })
    }

    @Test("when it has grown since the refutation, and when it is over, all are told in a new incarnation")
    func changes() {
        var driver = lateMember()
        driver.hear([.claim(Sample.claim(1, .suspect, 1, boot: 100, by: 3))])
        let first = driver.node.local.claim.incarnation
        for _ in 0..<2 {
            driver.now = driver.now.adding(milliseconds: 9_000)
            driver.handle(.timer)
        }
        driver.advance(milliseconds: 61_000)
        #expect(driver.node.local.claim.lateness.milliseconds == 16_000)
        #expect(driver.node.local.claim.incarnation > first)
        #expect(driver.advance(milliseconds: 700_000).contains(.notice(.latenessTold(milliseconds: 0))))
        #expect(driver.node.local.claim.lateness == .none)
    }

    @Test("a member's packet alone tells it, and a restarted process starts anew")
    func header() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: HostPort(host: "10.0.0.2", port: 6307)))])
        var header = Sample.header(incarnation: 2)
        header.lateness = Lateness(rawValue: 3)
        driver.hear([], header: header)
        #expect(driver.node.claim(of: Sample.id(2))?.lateness.milliseconds == 4_000)
        driver.hear([.claim(Sample.claim(2, .alive, 3, boot: 9, at: HostPort(host: "10.0.0.2", port: 6307)))])
        #expect(driver.node.claim(of: Sample.id(2))?.lateness == Lateness.none)
    }
}
