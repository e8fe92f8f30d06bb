import ClusterModel
import Testing

@testable import Gossip

@Suite("Two copies of one node, with one name and one address")
struct TwinTests {
    private func member(boot: UInt64) -> LocalMember {
        LocalMember(id: Sample.id(1), bootID: BootID(rawValue: boot), address: Sample.here, record: [1])
    }

    /// Tells each of the other's claim until nothing changes any more.
    private func argue(_ one: inout LocalMember, _ other: inout LocalMember) -> Int {
        for round in 1...10 {
            let before = (one.claim, other.claim)
            _ = other.judge(one.claim, joined: true)
            if !other.isDisplaced { _ = one.judge(other.claim, joined: true) }
            if (one.claim, other.claim) == before { return round }
        }
        return .max
    }

    @Test("the one that was there first keeps the name, whichever drew the greater number", arguments: [50, 150])
    func firstKeepsTheName(boot: UInt64) {
        var first = member(boot: 100)
        var copy = member(boot: boot)
        // The copy joins, and is told of the first.
        _ = copy.judge(first.claim, joined: false)
        let verdict1 = first.judge(copy.claim, joined: true)
        #expect(verdict1 == .refuted)
        let rounds = argue(&first, &copy)
        #expect(rounds < 5)
        #expect(!first.isDisplaced)
        #expect(copy.isDisplaced)
    }

    @Test("of two that met after both had joined, exactly one gives way", arguments: [50, 150], [1, 5, 9])
    func oneGivesWay(boot: UInt64, refutations: Int) {
        var one = member(boot: 100)
        var other = member(boot: boot)
        for _ in 0..<refutations { _ = other.judge(other.claim.saying(.suspect), joined: true) }
        for _ in 0..<5 { _ = one.judge(one.claim.saying(.suspect), joined: true) }
        let (claim1, claim2) = (one.claim, other.claim)
        _ = one.judge(claim2, joined: true)
        _ = other.judge(claim1, joined: true)
        let rounds = argue(&one, &other)
        #expect(rounds < 6)
        #expect(one.isDisplaced != other.isDisplaced)
    }

    @Test("a restart is no copy: nothing that the former life has said displaces the new one")
    func restart() {
        var former = member(boot: 100)
        for _ in 0..<20 { _ = former.judge(former.claim.saying(.suspect), joined: true) }
        var new = member(boot: 50)
        let verdict2 = new.judge(Sample.claim(1, .alive, 3, boot: 100), joined: false)
        #expect(verdict2 == .refuted)
        for liveness in Liveness.allCases {
            let verdict3 = new.judge(former.claim.saying(liveness), joined: true)
            #expect(verdict3 == .nothing)
        }
        #expect(!new.isDisplaced)
    }

    @Test("the one that gave way takes the name when the other has died or left", arguments: [Liveness.dead, .left])
    func reclaims(end: Liveness) {
        var first = member(boot: 100)
        var copy = member(boot: 50)
        _ = copy.judge(first.claim, joined: false)
        _ = first.judge(copy.claim, joined: true)
        let verdict4 = copy.judge(first.claim, joined: true)
        #expect(verdict4 == .conflict)
        let verdict5 = copy.judge(first.claim, joined: true)
        #expect(verdict5 == .nothing)
        let verdict6 = copy.judge(first.claim.saying(.suspect), joined: true)
        #expect(verdict6 == .nothing)
        // What it said itself before is still told.
        _ = copy.judge(copy.claim, joined: true)
        #expect(copy.isDisplaced)
        let verdict7 = copy.judge(first.claim.saying(end), joined: true)
        #expect(verdict7 == .reclaimed)
        #expect(!copy.isDisplaced)
        #expect(MemberClaim.isOverridden(first.claim.saying(end), by: copy.claim))
    }

    @Test("the others report the conflict, and count it")
    func othersReport() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, boot: 1))], header: Sample.header(sender: 3))
        let restart = driver.hear([.claim(Sample.claim(2, .alive, 1025, boot: 9))], header: Sample.header(sender: 3))
        #expect(!restart.notices.contains { if case .nameConflict = $0 { true } else { false } })
        let answer = driver.hear([.claim(Sample.claim(2, .alive, 2049, boot: 1))], header: Sample.header(sender: 3))
        #expect(answer.notices.contains(.nameConflict(Sample.id(2), kept: Sample.here, refused: Sample.here)))
        #expect(driver.node.counters.nameConflicts == 1)
    }
}
