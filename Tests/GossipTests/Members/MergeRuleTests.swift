import ClusterModel
import Testing

@testable import Gossip

@Suite("Whose word holds")
struct MergeRuleTests {
    enum Outcome: Sendable {
        case ignored
        case adopted
        case confirmed
        case adoptedAsSuspicion
    }

    struct Case: Sendable, CustomStringConvertible {
        var known: (Liveness, UInt64)
        var heard: (Liveness, UInt64)
        var gossip: Outcome
        /// The same unless it was said in a full exchange, or the member has not been suspected here for a while.
        var exchange: Outcome?

        var description: String { "\(known.0) \(known.1), \(heard.0) \(heard.1)" }
    }

    static let cases: [Case] = [
        Case(known: (.alive, 5), heard: (.alive, 4), gossip: .ignored),
        Case(known: (.alive, 5), heard: (.alive, 5), gossip: .ignored),
        Case(known: (.alive, 5), heard: (.alive, 6), gossip: .adopted),
        Case(known: (.alive, 5), heard: (.suspect, 4), gossip: .ignored),
        Case(known: (.alive, 5), heard: (.suspect, 5), gossip: .adopted),
        Case(known: (.alive, 5), heard: (.suspect, 6), gossip: .adopted),
        Case(known: (.alive, 5), heard: (.dead, 4), gossip: .ignored),
        Case(known: (.alive, 5), heard: (.dead, 5), gossip: .adopted, exchange: .adoptedAsSuspicion),
        Case(known: (.alive, 5), heard: (.dead, 6), gossip: .adopted, exchange: .adoptedAsSuspicion),
        Case(known: (.alive, 5), heard: (.left, 4), gossip: .ignored),
        Case(known: (.alive, 5), heard: (.left, 5), gossip: .adopted),
        Case(known: (.suspect, 5), heard: (.alive, 4), gossip: .ignored),
        Case(known: (.suspect, 5), heard: (.alive, 5), gossip: .ignored),
        Case(known: (.suspect, 5), heard: (.alive, 6), gossip: .adopted),
        Case(known: (.suspect, 5), heard: (.suspect, 4), gossip: .ignored),
        Case(known: (.suspect, 5), heard: (.suspect, 5), gossip: .confirmed),
        Case(known: (.suspect, 5), heard: (.suspect, 6), gossip: .adopted),
        Case(known: (.suspect, 5), heard: (.dead, 4), gossip: .ignored),
        Case(known: (.suspect, 5), heard: (.dead, 5), gossip: .adopted, exchange: .confirmed),
        Case(known: (.suspect, 5), heard: (.left, 5), gossip: .adopted),
        Case(known: (.dead, 5), heard: (.alive, 5), gossip: .ignored),
        Case(known: (.dead, 5), heard: (.alive, 6), gossip: .adopted),
        Case(known: (.dead, 5), heard: (.suspect, 5), gossip: .ignored),
        Case(known: (.dead, 5), heard: (.suspect, 6), gossip: .adopted),
        Case(known: (.dead, 5), heard: (.dead, 5), gossip: .ignored),
        Case(known: (.dead, 5), heard: (.dead, 6), gossip: .adopted),
        Case(known: (.dead, 5), heard: (.left, 5), gossip: .adopted),
        Case(known: (.left, 5), heard: (.alive, 5), gossip: .ignored),
        Case(known: (.left, 5), heard: (.alive, 6), gossip: .adopted),
        Case(known: (.left, 5), heard: (.suspect, 5), gossip: .ignored),
        Case(known: (.left, 5), heard: (.dead, 5), gossip: .ignored),
        Case(known: (.left, 5), heard: (.left, 6), gossip: .adopted),
    ]

    @Test("within one process of a member", arguments: cases)
    func sameProcess(_ row: Case) {
        let known = Sample.claim(row.known.0, row.known.1, by: row.known.0 == .suspect ? 8 : nil)
        let heard = Sample.claim(row.heard.0, row.heard.1, by: row.heard.0 == .suspect ? 9 : nil)
        let unheard = row.exchange ?? row.gossip
        for (channel, hasHadItsSay, outcome) in [
            (MergeRule.Channel.gossip, true, row.gossip), (.gossip, false, unheard), (.exchange, true, unheard),
            (.exchange, false, unheard),
        ] {
            let decision = MergeRule.decide(
                known: known,
                heard: heard,
                channel: channel,
                teller: Sample.id(9),
                hasHadItsSay: hasHadItsSay
            )
            switch outcome {
            case .ignored: #expect(decision == .ignore)
            case .adopted: #expect(decision == .adopt(heard))
            case .confirmed: #expect(decision == .confirm(accuser: Sample.id(9)))
            case .adoptedAsSuspicion:
                #expect(decision == .adopt(heard.saying(.suspect, accuser: Sample.id(9))))
            }
        }
    }

    /// What was said by gossip of someone who has had the time to refute.
    private func decide(_ known: MemberClaim?, _ heard: MemberClaim) -> MergeRule.Decision {
        MergeRule.decide(known: known, heard: heard, channel: .gossip, teller: Sample.id(9), hasHadItsSay: true)
    }

    @Test("an unknown member is taken as it is told", arguments: Liveness.allCases)
    func unknown(liveness: Liveness) {
        let heard = Sample.claim(liveness, 3)
        #expect(decide(nil, heard) == .adopt(heard))
    }

    @Test("a restart at the same address is no conflict: the greater claim holds")
    func restart() {
        let known = Sample.claim(.alive, 5, boot: 1)
        for (incarnation, boot, isAdopted) in [(6, 2, true), (5, 2, true), (5, 0, false), (4, 2, false)]
            as [(
                UInt64, UInt64, Bool
            )]
        {
            let heard = Sample.claim(.alive, incarnation, boot: boot)
            #expect(decide(known, heard) == (isAdopted ? .adopt(heard) : .ignore))
        }
    }

    @Test(
        "another process at another address: refused while the first one is present, taken when it is gone",
        arguments: [
            (Liveness.alive, Liveness.alive, MergeRule.Decision.conflict),
            (.suspect, .alive, .conflict),
            (.alive, .suspect, .ignore),
            (.alive, .dead, .ignore),
            (.suspect, .left, .ignore),
            (.dead, .alive, .adopt(Sample.claim(.alive, 6, boot: 2, at: Sample.elsewhere))),
            (.left, .alive, .adopt(Sample.claim(.alive, 6, boot: 2, at: Sample.elsewhere))),
        ]
    )
    func conflict(known: Liveness, heard: Liveness, expected: MergeRule.Decision) {
        let decision = decide(
            Sample.claim(known, 5, boot: 1),
            Sample.claim(heard, 6, boot: 2, at: Sample.elsewhere)
        )
        #expect(decision == expected)
    }

    @Test("the order in which claims of one address arrive does not matter", arguments: 0..<200)
    func orderDoesNotMatter(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let claims = (0..<8).map { _ in
            Sample.claim(
                Liveness.allCases[Int.random(in: 0..<4, using: &random)],
                UInt64.random(in: 0...3, using: &random),
                boot: UInt64.random(in: 0...2, using: &random)
            )
        }
        func outcome(_ claims: [MemberClaim]) -> MemberClaim? {
            claims.reduce(nil) { known, heard in
                if case .adopt(let claim) = decide(known, heard) { return claim }
                return known
            }
        }
        let expected = outcome(claims)
        #expect(outcome(claims.shuffled(using: &random)) == expected)
        #expect(outcome(claims + claims) == expected)
    }
}
