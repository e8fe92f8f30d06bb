import ClusterModel
import Testing

/// A quorum's leader with its log: what is proposed is applied at once.
private struct Quorum {
    var decisions = Decisions()
    var leases: ServiceLeases
    var now = BootTime(nanoseconds: 1_000_000_000_000)

    init() { leases = ServiceLeases(decisions, now: now) }

    mutating func pass(milliseconds: Int) {
        now = now.adding(milliseconds: milliseconds)
        for decision in leases.due(decisions, now: now) { apply(decision) }
    }

    @discardableResult
    mutating func apply(_ decision: Decision) -> DecisionOutcome {
        let outcome = decisions.apply(decision)
        leases.applied(decision, outcome, decisions, now: now)
        return outcome
    }

    /// - Parameter delay: until what is proposed is applied.
    mutating func elect(
        _ id: String,
        _ lengths: ServiceTerms,
        delay: Int = 0
    ) throws -> ServiceLeases.Answer {
        for _ in 1...3 {
            let answer = leases.elect(
                try text("reports"),
                id: try text(id),
                lengths,
                decisions,
                wallTime: someTime,
                now: now
            )
            guard case .propose(let decision) = answer else { return answer }
            now = now.adding(milliseconds: delay)
            apply(decision)
        }
        Issue.record("asked for ever")
        return .locked(remainingMilliseconds: 0)
    }

    mutating func resign(_ id: String) throws -> Bool {
        guard let decision = leases.resign(try text("reports"), id: try text(id), decisions) else { return false }
        return apply(decision) == .done
    }

    /// Another peer leads the quorum now.
    mutating func changeLeader() { leases = ServiceLeases(decisions, now: now) }

    func leader() throws -> String? { decisions.services[try text("reports")]?.leader?.id.text }

    func term() throws -> UInt64 { decisions.presentTerm(of: try text("reports")).rawValue }
}

private func isLeading(_ answer: ServiceLeases.Answer) -> UInt64? {
    if case .leads(let term, _) = answer { term.rawValue } else { nil }
}

struct ServiceLeasesTests {
    @Test func `the first who asks leads, and the others hear who does`() throws {
        var quorum = Quorum()
        #expect(try quorum.elect("a", terms()) == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 10_000))
        quorum.pass(milliseconds: 4_000)
        let told = ServiceLeases.Answer.led(by: try text("a"), ServiceTerm(rawValue: 1), remainingMilliseconds: 6_000)
        #expect(try quorum.elect("b", terms()) == told)
    }

    @Test func `a lease counts from when it was asked for, not from when it was decided`() throws {
        var quorum = Quorum()
        let answer = try quorum.elect("a", terms(10), delay: 300)
        #expect(answer == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 9_700 + 300))
        // The renewal that follows at once counts from itself.
        var late = Quorum()
        let asked = late.now
        let first = late.leases.elect(
            try text("reports"),
            id: try text("a"),
            try terms(10),
            late.decisions,
            wallTime: someTime,
            now: asked
        )
        guard case .propose(let decision) = first else {
            Issue.record("\(first)")
            return
        }
        late.now = asked.adding(milliseconds: 300)
        late.apply(decision)
        #expect(late.leases.remainingMilliseconds(of: try text("reports"), now: late.now) == 9_700)
    }

    @Test func `renewals keep the term, and no one else leads while they come`() throws {
        var quorum = Quorum()
        for _ in 1...20 {
            #expect(isLeading(try quorum.elect("a", terms(10))) == 1)
            quorum.pass(milliseconds: 9_000)
            #expect(isLeading(try quorum.elect("b", terms(10))) == nil)
        }
    }

    @Test func `a lease that runs out is ended, and the next leader has a higher term`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        quorum.pass(milliseconds: 9_999)
        #expect(try quorum.leader() == "a")
        quorum.pass(milliseconds: 21)
        #expect(try quorum.leader() == nil)
        #expect(isLeading(try quorum.elect("b", terms(10))) == 2)
    }

    @Test func `whoever comes too late with a renewal is a candidate like others`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        quorum.pass(milliseconds: 10_020)
        _ = try quorum.elect("b", terms(10))
        #expect(isLeading(try quorum.elect("a", terms(10))) == nil)
        #expect(try quorum.resign("a") == false)
        #expect(try quorum.leader() == "b")
    }

    @Test func `a lease that has run out is not renewed while its end is being decided`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        quorum.now = quorum.now.adding(milliseconds: 10_050)
        let ends = quorum.leases.due(quorum.decisions, now: quorum.now)
        #expect(ends == [.vacate(try text("reports"), ServiceTerm(rawValue: 1), .expired)])
        #expect(isLeading(try quorum.elect("a", terms(10))) == nil)
        #expect(quorum.leases.due(quorum.decisions, now: quorum.now.adding(milliseconds: 900)).isEmpty, "once")
        // And again, for what is proposed may come to nothing.
        #expect(quorum.leases.due(quorum.decisions, now: quorum.now.adding(milliseconds: 1_000)) == ends)
    }

    @Test func `after a lease that ran out nobody leads for the lock delay, after a resignation at once`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10, lockDelay: 5))
        quorum.pass(milliseconds: 10_020)
        #expect(try quorum.elect("b", terms()) == .locked(remainingMilliseconds: 5_000))
        quorum.pass(milliseconds: 4_990)
        #expect(try quorum.elect("b", terms()) == .locked(remainingMilliseconds: 10))
        quorum.pass(milliseconds: 10)
        #expect(isLeading(try quorum.elect("b", terms(10, lockDelay: 5))) == 2)
        #expect(try quorum.resign("b"))
        #expect(isLeading(try quorum.elect("a", terms())) == 3)
    }

    @Test func `a new leader of the quorum gives every lease its full length, and every lock delay`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10, lockDelay: 5))
        quorum.pass(milliseconds: 9_000)
        quorum.changeLeader()
        quorum.pass(milliseconds: 9_900)
        #expect(try quorum.leader() == "a")
        quorum.pass(milliseconds: 200)
        #expect(try quorum.leader() == nil)
        quorum.pass(milliseconds: 4_000)
        quorum.changeLeader()
        quorum.pass(milliseconds: 4_000)
        #expect(try quorum.elect("b", terms()) == .locked(remainingMilliseconds: 1_000))
    }

    @Test func `of a higher priority a candidate takes over when the lease ends, not before`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        quorum.pass(milliseconds: 2_000)
        #expect(isLeading(try quorum.elect("b", terms(10, priority: 1))) == nil)
        for _ in 1...7 {
            quorum.pass(milliseconds: 1_000)
            // It hears the truth about a lease that is not renewed.
            #expect(isLeading(try quorum.elect("a", terms(10))) == 1)
            #expect(isLeading(try quorum.elect("b", terms(10, priority: 1))) == nil)
        }
        quorum.pass(milliseconds: 1_020)
        #expect(try quorum.leader() == nil)
        #expect(isLeading(try quorum.elect("a", terms(10))) == nil, "while a better one asks")
        #expect(isLeading(try quorum.elect("b", terms(10, priority: 1))) == 2)
    }

    @Test func `a candidate that asks no more is in nobody's way`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(30))
        _ = try quorum.elect("b", terms(2, priority: 9))
        #expect(quorum.leases.observers(of: try text("reports"), now: quorum.now) == 1)
        quorum.pass(milliseconds: 2_000)
        #expect(quorum.leases.observers(of: try text("reports"), now: quorum.now) == 0)
        let answer = try quorum.elect("a", terms(30))
        #expect(answer == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 30_000))
    }

    @Test func `equal priorities take nothing from each other`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10, priority: 4))
        for _ in 1...5 {
            quorum.pass(milliseconds: 5_000)
            _ = try quorum.elect("b", terms(10, priority: 4))
            #expect(isLeading(try quorum.elect("a", terms(10, priority: 4))) == 1)
        }
    }

    @Test func `other terms hold for a leader without a new election`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        #expect(try quorum.elect("a", terms(60)) == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 60_000))
        quorum.changeLeader()
        quorum.pass(milliseconds: 59_000)
        #expect(try quorum.leader() == "a")
        // A shorter one takes nothing back that was promised.
        #expect(try quorum.elect("a", terms(60)) == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 60_000))
        #expect(try quorum.elect("a", terms(5)) == .leads(ServiceTerm(rawValue: 1), remainingMilliseconds: 60_000))
    }

    @Test func `by force another leads at once, and the former hears of it`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10, lockDelay: 60))
        let decision = quorum.leases.force(
            try text("reports"),
            id: try text("b"),
            try terms(10),
            quorum.decisions,
            wallTime: someTime,
            now: quorum.now
        )
        #expect(quorum.apply(decision) == .done)
        #expect(try quorum.leader() == "b")
        #expect(try quorum.term() == 2)
        #expect(isLeading(try quorum.elect("a", terms(10))) == nil)
    }

    @Test func `a service that nobody wants for a day is forgotten, its terms are not`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        _ = try quorum.resign("a")
        quorum.pass(milliseconds: 23 * 3_600_000)
        #expect(quorum.decisions.services.count == 1)
        quorum.pass(milliseconds: 3_600_000)
        #expect(quorum.decisions.services.isEmpty)
        #expect(isLeading(try quorum.elect("a", terms(10))) == 2)
    }

    @Test func `no more candidates are remembered than there is room for`() throws {
        var quorum = Quorum()
        _ = try quorum.elect("a", terms(10))
        for number in 1...5_000 { _ = try quorum.elect("c\(number)", terms(2)) }
        #expect(quorum.leases.observers(of: try text("reports"), now: quorum.now) == 1_000)
        quorum.pass(milliseconds: 2_001)
        _ = try quorum.elect("late", terms(2))
        #expect(quorum.leases.observers(of: try text("reports"), now: quorum.now) == 1)
    }

    @Test func `of all services together no more candidates are remembered than there is room for`() throws {
        var quorum = Quorum()
        let services = try (0..<60).map { try text("s\($0)") }
        let (leader, lengths) = (try text("a"), try terms(2))
        for service in services {
            quorum.apply(.elect(service, id: leader, try terms(60), after: .zero, at: someTime))
        }
        func ask(_ service: ServiceText, _ number: Int) throws {
            let id = try text("c\(number)")
            _ = quorum.leases.elect(service, id: id, lengths, quorum.decisions, wallTime: someTime, now: quorum.now)
        }
        for service in services { for number in 0..<1_000 { try ask(service, number) } }
        let remembered = services.reduce(0) { $0 + quorum.leases.observers(of: $1, now: quorum.now) }
        #expect(remembered == 50_000)
        // There is room again when those ask no more.
        quorum.pass(milliseconds: 3_000)
        try ask(services[59], 0)
        #expect(quorum.leases.observers(of: services[59], now: quorum.now) == 1)
    }

    /// At no moment do two believe that they lead, each by the remaining time that it was told last.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `whoever was told that it leads is the only one for so long`(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        var quorum = Quorum()
        var believes: [String: (until: BootTime, term: UInt64)] = [:]
        var highest: UInt64 = 0
        for _ in 1...400 {
            quorum.pass(milliseconds: Int.random(in: 0...1_500, using: &random))
            let id = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let lengths = try terms(
                Int.random(in: 1...5, using: &random),
                lockDelay: Int.random(in: 0...2, using: &random),
                priority: Int32.random(in: 0...1, using: &random)
            )
            switch Int.random(in: 0...19, using: &random) {
            case 0: quorum.changeLeader()
            case 1:
                if try quorum.resign(id) { believes[id] = nil }
            default:
                guard case .leads(let term, let remaining) = try quorum.elect(id, lengths) else {
                    believes[id] = nil
                    continue
                }
                #expect(term.rawValue >= highest)
                highest = term.rawValue
                let others = believes.filter { $0.key != id && quorum.now < $0.value.until }
                #expect(others.isEmpty, "\(id) in \(term), and \(others)")
                believes[id] = (quorum.now.adding(milliseconds: remaining), term.rawValue)
            }
        }
        #expect(highest > 3)
    }
}

private struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
