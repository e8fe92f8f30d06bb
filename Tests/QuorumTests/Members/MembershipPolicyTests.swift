import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("What is changed next in the membership")
struct MembershipPolicyTests {
    /// Members by number; peers have the same numbers.
    struct Case {
        var voters: [Int]
        var learners: [Int] = []
        var members: [Int: QuorumMember]
        var absentFor: [Int: Int] = [:]
        var silent: Set<Int> = []
        var behind: Set<Int> = []
        var primary: Int?
        var wanted = 3

        init(_ voters: [Int], _ learners: [Int] = []) {
            self.voters = voters
            self.learners = learners
            members = [:]
            for number in voters + learners {
                members[number] = QuorumMember(id: MemberID(number), words: words(number))
            }
        }

        func words(_ peer: Int, _ stage: QuorumWords.Stage = .belongs(LoneMember.quorum)) -> QuorumWords {
            QuorumWords(peer: LoneMember.peer(peer), stage: stage, voters: wanted)
        }

        var configuration: Configuration {
            var peers: [PeerID: Configuration.Peer] = [:]
            for number in voters { peers[LoneMember.peer(number)] = .init(member: MemberID(number), part: .voter) }
            for number in learners { peers[LoneMember.peer(number)] = .init(member: MemberID(number), part: .learner) }
            return Configuration(peers)
        }

        mutating func die(_ number: Int, forMilliseconds milliseconds: Int) {
            members[number]?.liveness = .dead
            absentFor[number] = milliseconds
            silent.insert(number)
        }

        var policy: MembershipPolicy { policy(configuration) }

        func policy(_ configuration: Configuration) -> MembershipPolicy {
            let now = BootTime(nanoseconds: 10_000_000_000_000)
            var settings = QuorumSettings(voters: wanted)
            settings.replaceAfterMilliseconds = 600_000
            return MembershipPolicy(
                configuration: configuration,
                members: Dictionary(members.values.map { ($0.id, $0) }) { first, _ in first },
                absentSince: Dictionary(
                    absentFor.map { (MemberID($0), now.adding(milliseconds: -$1)) }
                ) { first, _ in first },
                hasCaughtUp: { !behind.contains(Int($0.low)) && !silent.contains(Int($0.low)) },
                hasAnswered: { !silent.contains(Int($0.low)) },
                own: LoneMember.peer(1),
                primary: primary.map { MemberID($0) },
                settings: settings,
                now: now
            )
        }

        var next: MembershipChange? { policy.nextChange }
    }

    private static func peer(_ number: Int) -> PeerID { LoneMember.peer(number) }

    @Test("all is well: nothing")
    func nothing() {
        #expect(Case([1, 2, 3]).next == nil)
        #expect(Case([1, 2, 3], [4, 5]).next == nil)
    }

    @Test("a member with an empty store is taken in, the least first")
    func admission() {
        var four = Case([1, 2, 3])
        for number in [5, 4] {
            four.members[number] = QuorumMember(id: MemberID(number), words: four.words(number, .fresh))
        }
        #expect(four.next == .addLearner(Self.peer(4), MemberID(4)))
        four.members[4]?.liveness = .suspect
        #expect(four.next == .addLearner(Self.peer(5), MemberID(5)))
        four.members[5]?.words?.stage = .failed
        #expect(four.next == nil)
        four.members[5]?.words?.stage = .removed(LoneMember.quorum)
        #expect(four.next == nil, "whoever was removed has to begin anew")
    }

    @Test("a learner that has not begun yet is one whose store is not lost")
    func freshLearner() {
        var four = Case([1, 2, 3], [4])
        four.members[4]?.words?.stage = .fresh
        four.silent = [4]
        #expect(four.next == nil)
    }

    @Test("a store that is lost goes before all else, and before its member is taken in anew")
    func lostStore() {
        var three = Case([1, 2, 3], [4])
        let fresh = three.words(33, .fresh)
        three.members[3]?.words = fresh
        three.silent = [3]
        #expect(three.next == .remove(Self.peer(3)))
        // Without it there are two, and one of them does not answer.
        three.silent = [2, 3]
        #expect(three.next == nil)
    }

    @Test("nothing is done that those who are left could not agree on")
    func agreement() {
        var three = Case([1, 2, 3], [4])
        three.die(2, forMilliseconds: 700_000)
        #expect(three.next == .demote(Self.peer(2)))
        three.silent.insert(3)
        #expect(three.next == nil)
        var five = Case([1, 2, 3, 4, 5], [6])
        five.wanted = 5
        five.die(4, forMilliseconds: 700_000)
        five.die(5, forMilliseconds: 700_000)
        #expect(five.next == .demote(Self.peer(4)))
        five.silent.insert(3)
        #expect(five.next == nil)
    }

    @Test("a dead voter is replaced when it has been so for long, a learner waits, and it does not answer all the same")
    func replacement() {
        var three = Case([1, 2, 3], [4])
        three.die(3, forMilliseconds: 599_999)
        #expect(three.next == nil)
        three.absentFor[3] = 600_000
        #expect(three.next == .demote(Self.peer(3)))
        three.behind = [4]
        #expect(three.next == nil, "the learner has not caught up")
        three.behind = []
        three.members[4]?.liveness = .dead
        #expect(three.next == nil, "the learner is dead, too")
        three.members[4]?.liveness = .alive
        three.silent = []
        #expect(three.next == nil, "gossip says that it is dead, and it answers")
        // The leader does not take its own vote away, whatever gossip says.
        var own = Case([1, 2, 3], [4])
        own.members[1]?.liveness = .dead
        own.absentFor[1] = 700_000
        #expect(own.next == nil)
    }

    @Test("voters are topped up to an odd number", arguments: [(2, 1, 3), (1, 1, 1), (1, 2, 3), (3, 1, 3), (3, 3, 5)])
    func oddNumbers(voters: Int, learners: Int, end: Int) {
        var some = Case(Array(1...voters), Array(11..<11 + learners))
        some.wanted = 5
        #expect(Self.end(of: &some)?.voters.count == end)
    }

    @Test("the next voter is from a zone that has none, then by rule, then no witness, then the least")
    func choice() {
        var some = Case([1, 2], [4, 5, 6, 7])
        some.members[1]?.zone = "a"
        some.members[2]?.zone = "b"
        for number in 4...6 { some.members[number]?.zone = "a" }
        some.members[7]?.zone = "c"
        #expect(some.next == .promote(Self.peer(7)))
        some.members[7]?.zone = "b"
        some.members[4]?.promotion = .preferNot
        #expect(some.next == .promote(Self.peer(5)))
        some.members[5]?.isWitness = true
        #expect(some.next == .promote(Self.peer(6)))
        some.members[6]?.isWitness = true
        some.members[7]?.isWitness = true
        #expect(some.next == .promote(Self.peer(5)))
        some.members[7]?.promotion = .prefer
        #expect(some.next == .promote(Self.peer(7)))
    }

    @Test("the primary gets a vote, and somebody else than it and the leader gives one up")
    func primary() {
        var four = Case([1, 2, 3], [4])
        four.primary = 4
        #expect(four.next == .promote(Self.peer(4)))
        var after = Case([1, 2, 3, 4])
        after.primary = 4
        #expect(after.next == .demote(Self.peer(3)))
        after.members[3] = nil
        #expect(after.next == .demote(Self.peer(3)), "nobody knows it")
        after.primary = 2
        after.members[3] = QuorumMember(id: MemberID(3), promotion: .prefer)
        #expect(after.next == .demote(Self.peer(4)))
    }

    @Test("a learner of which nobody knows any more goes; one that is known stays, however long it is dead")
    func forgotten() {
        var four = Case([1, 2, 3], [4])
        four.die(4, forMilliseconds: 10_000_000)
        #expect(four.next == nil)
        four.members[4] = nil
        #expect(four.next == .remove(Self.peer(4)))
        four.absentFor[4] = 1_000
        #expect(four.next == nil)
    }

    @Test("no more than there may be are taken in")
    func full() {
        var many = Case([1, 2, 3], Array(4...Configuration.maximumPeers))
        let next = Configuration.maximumPeers + 1
        many.members[next] = QuorumMember(id: MemberID(next), words: many.words(next, .fresh))
        #expect(many.next == nil)
    }

    /// Makes one change after another; nil if there is no end of it.
    private static func end(of some: inout Case) -> Configuration? {
        var configuration = some.configuration
        for _ in 0..<100 {
            guard let change = some.policy(configuration).nextChange else { return configuration }
            guard let changed = try? configuration.changed(by: change) else { return nil }
            configuration = changed
        }
        return nil
    }

    @Test("from whatever state, one change after another comes to an end with as many voters as can be")
    func end() {
        var random = SimulatorRandom(seed: 1)
        for _ in 0..<3_000 {
            let voters = Array(1...random.integer(in: 1...6))
            let learners = Array(voters.count + 1..<voters.count + 1 + random.integer(in: 0...4))
            var some = Case(voters, learners)
            some.wanted = [1, 3, 5][random.integer(in: 0...2)]
            for number in voters + learners {
                some.members[number]?.zone = "z\(random.integer(in: 1...3))"
                some.members[number]?.isWitness = random.chance(0.2)
                some.members[number]?.promotion = random.chance(0.2) ? .preferNot : .neutral
                if number > 1, random.chance(0.15) {
                    some.die(number, forMilliseconds: random.chance(0.5) ? 1 : 700_000)
                }
                if number > 1, random.chance(0.1) {
                    let fresh = some.words(100 + number, .fresh)
                    some.members[number]?.words = fresh
                    some.silent.insert(number)
                }
            }
            for number in 20..<20 + random.integer(in: 0...2) {
                some.members[number] = QuorumMember(id: MemberID(number), words: some.words(number, .fresh))
            }
            if random.chance(0.5) { some.primary = random.integer(in: 1...(voters.count + learners.count)) }
            let agreeing = some.configuration.voters.count { !some.silent.contains(Int($0.low)) }
            let configuration = Self.end(of: &some)
            #expect(configuration != nil, "it goes round in circles: \(some)")
            guard let configuration, agreeing >= some.configuration.majority else { continue }
            #expect(configuration.isVoter(Self.peer(1)))
            #expect(configuration.voters.count { !some.silent.contains(Int($0.low)) } >= configuration.majority)
            // One more is there only for who leads and is not the primary, and where those who are left could not agree.
            if configuration.voters.allSatisfy({ !some.silent.contains(Int($0.low)) }) {
                #expect(configuration.voters.count <= max(some.wanted, 2))
            }
            for peer in configuration.peers.keys where some.members[Int(peer.low)]?.freshPeer != nil {
                #expect(some.members[Int(peer.low)]?.freshPeer == peer || peer.low < 20, "\(some)")
            }
        }
    }
}
