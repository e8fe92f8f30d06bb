import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("Founding, whichever way it goes")
struct FoundingWaysTests {
    /// Views that grow, messages in any order, twice or never, and crashes at every write.
    private static func wander(seed: UInt64, members: Int, steps: Int) -> FoundingBench {
        var bench = FoundingBench(members, seed: seed)
        for _ in 0..<steps {
            let number = bench.random.integer(in: 1...members)
            switch bench.random.integer(in: 0...99) {
            case 0..<12:
                // One of the others, as it is at this moment.
                bench.look(number, at: [bench.random.integer(in: 1...members)])
            case 12..<32: bench.consider(number)
            case 32..<60:
                guard !bench.letters.isEmpty else { continue }
                let place = bench.random.integer(in: 0...(bench.letters.count - 1))
                bench.deliver(place, again: bench.random.chance(0.1))
            case 60..<63:
                guard !bench.letters.isEmpty else { continue }
                bench.letters.remove(at: bench.random.integer(in: 0...(bench.letters.count - 1)))
            case 63..<90: bench.sync(number)
            case 90..<93: bench.crash(number, keepingWrite: bench.random.chance(0.5))
            case 93..<97: bench.start(number)
            default: bench.now = bench.now.adding(milliseconds: bench.random.integer(in: 1...400))
            }
        }
        return bench
    }

    @Test(
        "no two quorums that share a member are founded, and once all see all, one is and nobody is left between",
        arguments: 4...6
    )
    func anyWay(members: Int) {
        var (founded, several) = (0, 0)
        for seed: UInt64 in 1...1_500 {
            var bench = Self.wander(seed: seed, members: members, steps: 400)
            #expect(bench.mixed == nil, "seed \(seed): a member of two quorums")
            if !bench.quorums.isEmpty { founded += 1 }
            #expect(bench.settle() != nil, "seed \(seed): it comes to no end")
            #expect(bench.mixed == nil, "seed \(seed): a member of two quorums in the end")
            if bench.quorums.count > 1 { several += 1 }
            for founder in bench.founders {
                guard let membership = founder.membership else { continue }
                #expect(membership.founders.peers[membership.peer]?.member == founder.id, "seed \(seed)")
            }
        }
        // The walk does go somewhere.
        #expect(founded > 50 && founded < 1_500)
        #expect(members < 6 || several > 0)
    }

    /// What a member that makes an offer has done before it goes.
    enum Moment: CaseIterable {
        case beforeItsPromise, withItsPromise, whenAllHavePromised, beforeItFounds, withItsFounding, whenItHasFounded
    }

    @Test("whoever makes the offer may go at any moment", arguments: Moment.allCases)
    func proposerGoes(moment: Moment) {
        var bench = FoundingBench(3)
        for number in 1...3 { bench.look(number) }
        bench.consider(1)
        if moment == .beforeItsPromise || moment == .withItsPromise {
            bench.crash(1, keepingWrite: moment == .withItsPromise)
        } else {
            bench.sync(1)
            bench.deliver(0)
            bench.deliver(0)
            bench.sync(2)
            bench.sync(3)
            if moment == .whenAllHavePromised {
                bench.letters = []
                bench.crash(1, keepingWrite: false)
            } else {
                bench.deliver(0)
                bench.deliver(0)
                #expect(bench.letters.isEmpty, "nothing is told before it is durable")
                if moment == .whenItHasFounded {
                    bench.sync(1)
                    bench.letters = []
                }
                bench.crash(1, keepingWrite: moment == .withItsFounding)
            }
        }
        // While it is away, the others wait.
        for _ in 0..<20 {
            bench.now = bench.now.adding(milliseconds: 300)
            for number in 2...3 {
                bench.consider(number)
                bench.sync(number)
            }
            while !bench.letters.isEmpty { bench.deliver(0) }
        }
        #expect(bench.founder(2).membership == nil && bench.founder(3).membership == nil)
        #expect(bench.settle() != nil)
        #expect(bench.quorums.count == 1)
        #expect(bench.founders.allSatisfy { $0.membership != nil })
    }

    @Test("whoever was asked may go before and after its promise", arguments: [false, true], [2, 3])
    func acceptorGoes(keepingWrite: Bool, number: Int) {
        var bench = FoundingBench(3)
        for number in 1...3 { bench.look(number) }
        bench.consider(1)
        bench.sync(1)
        while !bench.letters.isEmpty { bench.deliver(0) }
        bench.crash(number, keepingWrite: keepingWrite)
        let other = 5 - number
        bench.sync(other)
        while !bench.letters.isEmpty { bench.deliver(0) }
        #expect(bench.quorums.isEmpty, "one is missing")
        #expect(bench.settle() != nil)
        #expect(bench.quorums.count == 1)
        #expect(bench.founders.allSatisfy { $0.membership != nil })
    }

    @Test("a store that was lost takes its offer with it, and the others are free again")
    func proposerWiped() {
        var bench = FoundingBench(3)
        for number in 1...3 { bench.look(number) }
        bench.consider(1)
        bench.sync(1)
        while !bench.letters.isEmpty { bench.deliver(0) }
        bench.sync(2)
        bench.sync(3)
        bench.letters = []
        let lost = bench.founder(1).promise?.quorum
        bench.wipe(1)
        #expect(bench.settle() != nil)
        #expect(bench.quorums.count == 1)
        #expect(bench.quorums.keys.first != lost)
        #expect(bench.founders.allSatisfy { $0.membership != nil })
    }

    @Test("overlapping views: one of the two comes about, or none yet, and never both")
    func overlap() {
        // 1 sees 1 2 3, 2 sees 2 3 4: both make an offer to 3.
        var bench = FoundingBench(4)
        bench.look(1, at: [1, 2, 3])
        for number in 2...4 { bench.look(number, at: [2, 3, 4]) }
        for number in 1...2 {
            bench.consider(number)
            bench.sync(number)
        }
        while !bench.letters.isEmpty {
            bench.deliver(0)
            for number in 1...4 { bench.sync(number) }
            #expect(bench.quorums.count <= 1)
        }
        #expect(bench.mixed == nil)
        #expect(bench.settle() != nil)
        #expect(bench.quorums.count == 1)
    }

    @Test("a refusal that stands is no reason to ask, and to write, all the time")
    func refusedForGood() {
        var bench = FoundingBench(4)
        // 3 has promised 4, which is away for good.
        bench.look(2, at: [2, 3, 4])
        bench.consider(2)
        bench.sync(2)
        while !bench.letters.isEmpty { bench.deliver(0) }
        bench.sync(3)
        bench.letters = []
        bench.crash(2, keepingWrite: false)
        // Another 2 in its place, so that 1 sees three who are free.
        bench.founder(2).stage = .nothing
        bench.start(2)
        bench.look(1, at: [1, 2, 3])
        let before = bench.founder(1).writes
        for _ in 0..<1_000 {
            bench.now = bench.now.adding(milliseconds: 1)
            bench.consider(1)
            for number in 1...2 { bench.sync(number) }
            // What 3 asks of the one that it waits for is lost.
            bench.letters.removeAll { $0.from == FoundingBench.member(3) && $0.to == FoundingBench.member(2) }
            while !bench.letters.isEmpty {
                bench.deliver(0)
                for number in 1...2 { bench.sync(number) }
            }
        }
        #expect(bench.quorums.isEmpty)
        #expect(bench.founder(1).writes - before <= 10)
    }

    // MARK: Who founds what

    @Test("of more than are needed, the same are chosen everywhere, and the least of them asks")
    func chosen() {
        var bench = FoundingBench(6)
        for number in 1...6 { bench.look(number) }
        var offers: [Configuration] = []
        for number in 1...6 {
            for other in 1...6 {
                // By zones, by promotion rule, and a witness: 1 would rather not, 2 and 3 are in one zone.
                let id = FoundingBench.member(other)
                bench.founder(number).seen[id]?.zone = ["a", "b", "b", "c", "c", "a"][other - 1]
                bench.founder(number).seen[id]?.promotion = other == 1 ? .preferNot : .neutral
                bench.founder(number).seen[id]?.isWitness = other == 4
            }
            let founder = bench.founder(number)
            let members = founder.seen.values.sorted { $0.id < $1.id }
            guard
                let steps = founder.founding?.consider(members, isComplete: true, now: bench.now, using: &bench.random)
            else { continue }
            for case .save(.promised(let promise)) in steps { offers.append(promise.founders) }
        }
        #expect(offers.count == 1)
        let chosen = offers.first?.peers.values.map(\.member.low).sorted()
        #expect(chosen == [2, 5, 6])
    }

    @Test("nobody founds while there should be members of whom nobody has heard")
    func incomplete() {
        var bench = FoundingBench(3)
        for founder in bench.founders { founder.isComplete = false }
        #expect(bench.settle(rounds: 20) == nil)
        #expect(bench.founders.allSatisfy { $0.stage == .nothing && $0.writes == 0 })
        for founder in bench.founders { founder.isComplete = true }
        #expect(bench.settle() != nil)
    }

    @Test("a lone voter founds by itself")
    func one() {
        var bench = FoundingBench(1, voters: 1)
        #expect(bench.settle() != nil)
        #expect(bench.quorums.values.first?.peers.count == 1)
    }

    @Test("an offer is taken only from the one who makes it, for this peer, with as many founders as are wanted")
    func offers() {
        let bench = FoundingBench(1)
        guard var founding = bench.founder(1).founding else { return }
        func promise(_ founders: [Int: PeerID], by proposer: Int = 2) -> Promise {
            Promise(
                quorum: QuorumID(high: 1, low: 1),
                proposer: FoundingBench.member(proposer),
                founders: Configuration(
                    Dictionary(
                        founders.map {
                            ($1, Configuration.Peer(member: FoundingBench.member($0), part: .voter))
                        }
                    ) { first, _ in first }
                )
            )
        }
        let (second, third) = (PeerID(high: 9, low: 2), PeerID(high: 9, low: 3))
        let good = promise([1: founding.peer, 2: second, 3: third])
        let bad = [
            promise([1: third, 2: second, 3: founding.peer]),
            promise([1: founding.peer]),
            promise([1: founding.peer, 2: second]),
            promise([1: founding.peer, 3: third, 4: second]),
            promise([1: founding.peer, 2: second, 3: third], by: 3),
        ]
        for offer in bad {
            #expect(
                founding.receive(.offer(offer), from: FoundingBench.member(2))
                    == [.send(.refused(offer.quorum), to: FoundingBench.member(2))]
            )
        }
        #expect(founding.receive(.offer(good), from: FoundingBench.member(2)) == [.save(.promised(good))])
    }

    @Test("only whoever made the offer takes it back")
    func takenBack() {
        let bench = FoundingBench(1)
        guard var founding = bench.founder(1).founding else { return }
        let peers = [founding.peer, PeerID(high: 9, low: 2), PeerID(high: 9, low: 3)]
        let voters = peers.enumerated().map { number, peer in
            (peer, Configuration.Peer(member: FoundingBench.member(number + 1), part: .voter))
        }
        let promise = Promise(
            quorum: QuorumID(high: 1, low: 1),
            proposer: FoundingBench.member(2),
            founders: Configuration(Dictionary(voters) { first, _ in first })
        )
        _ = founding.receive(.offer(promise), from: FoundingBench.member(2))
        _ = founding.saved()
        #expect(founding.receive(.abandoned(promise.quorum), from: FoundingBench.member(3)).isEmpty)
        #expect(founding.promise == promise)
        #expect(founding.receive(.abandoned(promise.quorum), from: FoundingBench.member(2)) == [.save(.nothing)])
    }
}
