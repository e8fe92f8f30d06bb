import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("What applications ask")
struct RequestTests {
    @Test("any member answers: elected, renewed, led by another, given up", arguments: 1...3)
    func anyMember(number: Int) {
        let world = QuorumWorld.founded(primary: 1)
        let first = world.answer(.elect("a"), at: number)
        #expect(first?.term == 1 && first?.remaining.map { 9_000...10_000 ~= $0 } == true)
        world.run(forMilliseconds: 3_000)
        let renewed = world.answer(.elect("a"), at: 1 + number % 3)
        #expect(renewed?.term == 1 && renewed?.remaining.map { $0 > 9_000 } == true)
        #expect(world.answer(.elect("b"), at: number)?.other == "a")
        #expect(world.answer(.resign("b"), at: number) == .nothingToDo)
        #expect(world.answer(.resign("a"), at: number) == .done)
        #expect(world.answer(.resign("a"), at: number) == .nothingToDo)
        #expect(world.answer(.elect("b"), at: number)?.term == 2)
        #expect(world.answer(.force("c"), at: number)?.term == 3)
        #expect(world.answer(.elect("b"), at: number)?.other == "c")
        #expect(world.invariants.broken == nil)
    }

    @Test("a lease runs out by itself, and then the place stands empty for the lock delay")
    func lockDelay() {
        let world = QuorumWorld.founded()
        #expect(world.answer(.elect("a", seconds: 2, lockDelayMilliseconds: 3_000), at: 1)?.term == 1)
        world.run(forMilliseconds: 1_500)
        #expect(world.answer(.elect("b"), at: 2)?.other == "a")
        world.run(forMilliseconds: 1_000)
        #expect(world.answer(.elect("b"), at: 2)?.isLocked == true)
        world.run(forMilliseconds: 3_000)
        #expect(world.answer(.elect("b"), at: 2)?.term == 2)
    }

    @Test("a candidate of a higher priority has its turn when the lease ends, and not before")
    func priority() {
        let world = QuorumWorld.founded()
        #expect(world.answer(.elect("a", seconds: 2), at: 1)?.term == 1)
        #expect(world.answer(.elect("b", seconds: 5, priority: 1), at: 2)?.other == "a")
        var turn: Int?
        for step in 1...20 where turn == nil {
            world.run(forMilliseconds: 200)
            _ = world.answer(.elect("a", seconds: 2), at: 1)
            if world.answer(.elect("b", seconds: 5, priority: 1), at: 2)?.term == 2 { turn = step }
        }
        #expect(turn.map { $0 > 5 } == true)
    }

    @Test(
        "a leader killed in the middle: the next one answers, and nobody is told a lie",
        arguments: 1...10 as ClosedRange<UInt64>
    )
    func leaderKilled(seed: UInt64) {
        let world = QuorumWorld.founded(seed: seed)
        guard let leader = world.leader else { return }
        let other = world.processes.first { $0 !== leader } ?? leader
        let asked = world.ask(.elect("a", seconds: 30), other)
        world.run(until: world.now.adding(milliseconds: Int(seed % 5)))
        world.crash(leader, keptWrites: Int(seed % 2))
        #expect(world.run(withinMilliseconds: 5_100) { $0.answers[asked] != nil } != nil)
        #expect(world.answers[asked]?.term == 1)
        #expect(world.answer(.elect("b"), at: other.number)?.other == "a")
        #expect(world.invariants.broken == nil)
    }

    @Test(
        "without a majority a request is refused when its time is over, with how many voters are missing"
    )
    func noQuorum() {
        let world = QuorumWorld.founded()
        world.crash(world.process(1))
        world.crash(world.process(2))
        world.run(forMilliseconds: 4_000)
        let start = world.now
        #expect(world.answer(.elect("a"), at: 3) == .refused(.noQuorum(missing: 1)))
        #expect(5_000...5_100 ~= world.now.milliseconds(since: start))
        world.start(world.process(1))
        world.run(withinMilliseconds: 10_000) { $0.leader != nil }
        #expect(world.answer(.elect("a"), at: 3)?.term == 1)
    }

    @Test("a member that takes no part, or none yet, says so at once")
    func noPart() {
        var waiting = LoneMember(StoredQuorum())
        #expect(waiting.ask(.elect("a")) == .refused(.notInQuorum))
        var out = LoneMember(voters: 3)
        out.handle(.storeFailed(reason: "full"))
        #expect(out.ask(.elect("a")) == .refused(.notInQuorum))
        #expect(out.status.part == .out(.storeFailed(reason: "full")))
        #expect(out.node.words(campaigns: true, isFenced: false).stage == .failed)
    }

    @Test("one request more than may wait is refused, and room is made when the others are answered")
    func busy() {
        var lone = LoneMember(voters: 3)
        for number in 1...UInt64(WaitingRequests.maximum) {
            #expect(lone.ask(.elect("a"), number) == nil)
        }
        #expect(lone.ask(.elect("a"), 20_001) == .refused(.busy))
        lone.now = lone.now.adding(milliseconds: 5_000)
        lone.forget()
        lone.handle(.timer)
        #expect(
            lone.actions.count {
                if case .answer(_, .refused(.noQuorum(missing: 1))) = $0 { true } else { false }
            } == 20_000
        )
        #expect(lone.ask(.elect("a"), 20_002) == nil)
    }

    @Test("one service more than there may be is refused")
    func tooManyServices() {
        var decisions = Decisions()
        for number in 1...Decisions.maximumServices {
            let outcome = decisions.apply(
                .elect(
                    ServiceText(of: "service \(number)"),
                    id: ServiceText(of: "a"),
                    ServiceTerms(seconds: 1_000),
                    after: .zero,
                    at: WallTime(microsecondsSince1970: 0)
                )
            )
            #expect(outcome == .done)
        }
        var lone = LoneMember(decisions: decisions)
        #expect(lone.ask(.elect("a", of: "one more")) == .refused(.tooManyServices))
        #expect(lone.ask(.elect("a", of: "service 1"), 2)?.term == 1)
    }

    @Test("the last voter stays")
    func lastVoter() {
        var lone = LoneMember()
        // Gossip has said nothing yet, not even of itself.
        #expect(lone.ask(.remove(MemberID(1))) == .refused(.lastVoter))
    }

    @Test("asked twice, a request does its work once")
    func twice() {
        var lone = LoneMember()
        for number: UInt64 in 1...2 {
            lone.hear(.request(RequestNumber(rawValue: number), .elect("a")), from: 2)
        }
        let terms = lone.sent.compactMap { sent -> UInt64? in
            if case .answer(_, let answer) = sent.message { answer?.term } else { nil }
        }
        #expect(terms == [1, 1])
    }

    @Test("of two renewals under way at once the longer one stands, for the next leader has to keep it")
    func longestStands() {
        let (service, id) = (ServiceText(of: "mail"), ServiceText(of: "a"))
        let (wall, term) = (WallTime(microsecondsSince1970: 0), ServiceTerm(rawValue: 1))
        var decisions = Decisions()
        #expect(decisions.apply(.elect(service, id: id, ServiceTerms(seconds: 2), after: .zero, at: wall)) == .done)
        #expect(decisions.apply(.adjust(service, term, ServiceTerms(seconds: 4))) == .done)
        #expect(decisions.apply(.adjust(service, term, ServiceTerms(seconds: 2, priority: 1))) == .done)
        #expect(decisions.services[service]?.leader?.terms == ServiceTerms(seconds: 4, priority: 1))
    }

    // MARK: What is said of the time left

    /// A follower and its leader's number.
    private static func follower() -> (lone: LoneMember, leader: Int)? {
        let world = QuorumWorld.founded()
        guard let leader = world.leader?.number,
            let lone = LoneMember(of: world.process(1 + leader % 3), at: world.now)
        else { return nil }
        return (lone, leader)
    }

    @Test("an answer promises no more than is left of it when it comes")
    func aged() throws {
        var (lone, leader) = try #require(Self.follower())
        #expect(lone.ask(.elect("a")) == nil)
        #expect(lone.sent.contains { $0.message == .request(RequestNumber(rawValue: 1), .elect("a")) })
        lone.pass(400)
        let answer = QuorumAnswer.leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 1_000)
        lone.hear(.answer(RequestNumber(rawValue: 1), answer), from: leader)
        #expect(lone.answer() == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 600))
    }

    @Test("an answer that came too late to be true is asked for anew, and counts from then")
    func askedAnew() throws {
        var (lone, leader) = try #require(Self.follower())
        #expect(lone.ask(.elect("a", seconds: 1)) == nil)
        lone.pass(900)
        lone.forget()
        let answer = QuorumAnswer.leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 900)
        lone.hear(.answer(RequestNumber(rawValue: 1), answer), from: leader)
        #expect(lone.answer() == nil)
        lone.pass(1)
        #expect(lone.sent.contains { if case .request = $0.message { true } else { false } })
        lone.pass(100)
        lone.hear(.answer(RequestNumber(rawValue: 1), answer), from: leader)
        #expect(lone.answer() == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 800))
    }

    @Test("the end of a lease is proposed again while nobody has seen it: a proposal may be lost")
    func endProposedAgain() {
        let (service, id) = (ServiceText(of: "mail"), ServiceText(of: "a"))
        let (wall, terms) = (WallTime(microsecondsSince1970: 0), ServiceTerms(seconds: 1))
        var decisions = Decisions()
        #expect(decisions.apply(.elect(service, id: id, terms, after: .zero, at: wall)) == .done)
        var now = BootTime(nanoseconds: 0)
        var leases = ServiceLeases(decisions, now: now)
        let end = Decision.vacate(service, ServiceTerm(rawValue: 1), .expired)
        now = now.adding(milliseconds: 1_000)
        #expect(leases.due(decisions, now: now) == [end])
        now = now.adding(milliseconds: 500)
        #expect(leases.due(decisions, now: now) == [])
        // Nor is it renewed meanwhile.
        #expect(
            leases.elect(service, id: id, terms, decisions, wallTime: wall, now: now)
                == .locked(remainingMilliseconds: 0)
        )
        now = now.adding(milliseconds: 600)
        #expect(leases.due(decisions, now: now) == [end])
        #expect(decisions.apply(end) == .done)
        leases.applied(end, .done, decisions, now: now)
        now = now.adding(milliseconds: 2_000)
        #expect(leases.due(decisions, now: now) == [])
    }
}
