import ClusterModel
import Testing

func text(_ text: String) throws -> ServiceText { try #require(ServiceText(text)) }

func terms(_ seconds: Int = 10, lockDelay: Int = 0, priority: Int32 = 0) throws -> ServiceTerms {
    try #require(
        ServiceTerms(leaseMilliseconds: seconds * 1_000, lockDelayMilliseconds: lockDelay * 1_000, priority: priority)
    )
}

let someTime = WallTime(microsecondsSince1970: 1_700_000_000_000_000)

struct DecisionsTests {
    private let members = (1...3).map { MemberID(high: 0, low: $0) }

    @Test func `an epoch follows the one before, and no other`() {
        var decisions = Decisions()
        for (epoch, outcome) in [(2, .stale), (0, .stale), (1, .done), (1, .stale), (3, .stale), (2, .done)]
            as [(UInt64, DecisionOutcome)]
        {
            let decision = Decision.namePrimary(
                members[0],
                epoch: Epoch(rawValue: epoch),
                reason: .bootstrap,
                at: someTime
            )
            #expect(decisions.apply(decision) == outcome)
        }
        #expect(decisions.epoch.rawValue == 2)
        #expect(decisions.primary?.member == members[0])
    }

    @Test func `nobody may be named primary, too, in an epoch of its own`() {
        var decisions = Decisions()
        let one = Epoch(rawValue: 1)
        #expect(decisions.apply(.namePrimary(nil, epoch: one, reason: .bootstrap, at: someTime)) == .done)
        #expect(decisions.primary != nil)
        #expect(decisions.primary?.member == nil)
        #expect(decisions.epoch == one)
    }

    @Test func `of two elections that were made for the same term the first counts`() throws {
        var decisions = Decisions()
        let (service, first, second) = (try text("reports"), try text("a"), try text("b"))
        #expect(decisions.apply(.elect(service, id: first, try terms(), after: .zero, at: someTime)) == .done)
        #expect(decisions.apply(.elect(service, id: second, try terms(), after: .zero, at: someTime)) == .stale)
        #expect(decisions.services[service]?.leader?.id == first)
        #expect(decisions.services[service]?.term.rawValue == 1)
    }

    @Test func `the end of one reign ends no later one`() throws {
        var decisions = Decisions()
        let (service, first, second) = (try text("reports"), try text("a"), try text("b"))
        let one = ServiceTerm(rawValue: 1)
        _ = decisions.apply(.elect(service, id: first, try terms(), after: .zero, at: someTime))
        _ = decisions.apply(.elect(service, id: second, try terms(), after: one, at: someTime))
        #expect(decisions.apply(.vacate(service, one, .expired)) == .stale)
        #expect(decisions.apply(.adjust(service, one, try terms(20))) == .stale)
        #expect(decisions.services[service]?.leader?.id == second)
        #expect(decisions.apply(.vacate(service, one.next, .resigned)) == .done)
        #expect(decisions.apply(.vacate(service, one.next, .expired)) == .stale)
    }

    @Test func `terms rise over the disappearance of a service`() throws {
        var decisions = Decisions()
        let (service, id) = (try text("reports"), try text("a"))
        for _ in 1...5 {
            let before = decisions.presentTerm(of: service)
            _ = decisions.apply(.elect(service, id: id, try terms(), after: before, at: someTime))
        }
        let last = decisions.presentTerm(of: service)
        #expect(decisions.apply(.forget(service, last)) == .stale, "somebody leads it")
        _ = decisions.apply(.vacate(service, last, .resigned))
        #expect(decisions.apply(.forget(service, last)) == .done)
        #expect(decisions.services.isEmpty)
        #expect(decisions.apply(.elect(service, id: id, try terms(), after: .zero, at: someTime)) == .stale)
        let anew = decisions.presentTerm(of: service)
        #expect(decisions.apply(.elect(service, id: id, try terms(), after: anew, at: someTime)) == .done)
        #expect(try #require(decisions.services[service]).term > last)
    }

    @Test func `there is a bound on services, and those that are there go on`() throws {
        var decisions = Decisions()
        for number in 1...Decisions.maximumServices {
            _ = decisions.apply(
                .elect(try text("s\(number)"), id: try text("a"), try terms(), after: .zero, at: someTime)
            )
        }
        let (more, known) = (try text("one more"), try text("s1"))
        let id = try text("b")
        #expect(decisions.apply(.elect(more, id: id, try terms(), after: .zero, at: someTime)) == .tooManyServices)
        let term = decisions.presentTerm(of: known)
        #expect(decisions.apply(.elect(known, id: id, try terms(), after: term, at: someTime)) == .done)
    }

    @Test(arguments: ["", "a\u{0}b", "tab\t", String(repeating: "x", count: 256), "\u{7f}"])
    func `a name that a column cannot hold is none`(name: String) {
        #expect(ServiceText(name) == nil)
    }

    @Test(arguments: ["x", String(repeating: "ü", count: 255), "it's \"quoted\" `so`", "𝄞"])
    func `a name may hold whatever can be read`(name: String) {
        #expect(ServiceText(name)?.text == name)
    }

    @Test(arguments: [(999, 0), (86_400_001, 0), (1_000, -1), (1_000, 60_001), (Int.min, 0), (Int.max, Int.max)])
    func `times out of bounds are none`(lease: Int, delay: Int) {
        #expect(ServiceTerms(leaseMilliseconds: lease, lockDelayMilliseconds: delay) == nil)
    }

    // MARK: Coding

    private func examples() throws -> [Decision] {
        let (service, id) = (try text("reports é"), try text("host-1/7"))
        let seven = ServiceTerm(rawValue: 700)
        return [
            .namePrimary(members[1], epoch: Epoch(rawValue: 5), reason: .failover, at: someTime),
            .namePrimary(nil, epoch: Epoch(rawValue: 1 << 40), reason: .recovery, at: someTime),
            .elect(service, id: id, try terms(30, lockDelay: 15, priority: -3), after: seven, at: someTime),
            .adjust(service, seven, try terms(86_400, lockDelay: 60, priority: .max)),
            .vacate(service, seven, .expired), .vacate(service, seven, .resigned), .forget(service, seven),
        ]
    }

    @Test func `each decision is read as it was written`() throws {
        for decision in try examples() { #expect((try? Decision(decoding: decision.encoded[...])) == decision) }
    }

    @Test func `what is cut or changed is another decision or none`() throws {
        for decision in try examples() {
            let bytes = decision.encoded
            for count in 0..<bytes.count { #expect((try? Decision(decoding: bytes.prefix(count))) == nil) }
            #expect((try? Decision(decoding: (bytes + [0])[...])) == nil)
            for place in bytes.indices {
                for change: UInt8 in [1, 0x80, 0xff] {
                    var changed = bytes
                    changed[place] ^= change
                    // Time is told in ten bytes of which some mean nothing.
                    guard let read = try? Decision(decoding: changed[...]) else { continue }
                    #expect((try? Decision(decoding: read.encoded[...])) == read)
                }
            }
        }
    }

    @Test func `the state is read as it was written`() throws {
        var decisions = Decisions()
        #expect((try? Decisions(decoding: decisions.encoded[...])) == decisions)
        _ = decisions.apply(
            .namePrimary(members[2], epoch: Epoch(rawValue: 1), reason: .bootstrap, at: someTime)
        )
        for number in 1...20 {
            let service = try text("s\(number)")
            let lengths = try terms(number, lockDelay: number)
            _ = decisions.apply(.elect(service, id: try text("a"), lengths, after: .zero, at: someTime))
            if number % 3 == 0 {
                let how: ElectedService.Vacancy = number % 2 == 0 ? .expired : .resigned
                _ = decisions.apply(.vacate(service, decisions.presentTerm(of: service), how))
            }
            if number % 9 == 0 { _ = decisions.apply(.forget(service, decisions.presentTerm(of: service))) }
        }
        let bytes = decisions.encoded
        #expect((try? Decisions(decoding: bytes[...])) == decisions)
        for count in 0..<bytes.count { #expect((try? Decisions(decoding: bytes.prefix(count))) == nil) }
        #expect((try? Decisions(decoding: (bytes + [1])[...])) == nil)
    }
}
