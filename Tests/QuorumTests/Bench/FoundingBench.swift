import ClusterModel
import Raft
import Simulator

@testable import Quorum

/// Members that found a quorum, or some, with their disks, and messages that come in any order, twice, or never.
struct FoundingBench {
    final class Founder {
        let id: MemberID
        var founding: Founding?
        var peer: PeerID
        var stage = StoredStage.nothing
        var writing: StoredStage?
        /// Whom it sees, and how it last saw them.
        var seen: [MemberID: QuorumMember] = [:]
        var isComplete = true
        var isUp = true
        var settings: QuorumSettings
        var writes = 0

        init(_ number: Int, _ settings: QuorumSettings) {
            id = FoundingBench.member(number)
            peer = PeerID(high: 0, low: 0)
            self.settings = settings
        }

        var membership: Membership? { if case .belongs(let membership) = stage { membership } else { nil } }

        /// As gossip tells of it.
        var member: QuorumMember {
            QuorumMember(
                id: id,
                words: QuorumWords(
                    peer: peer,
                    stage: membership.map { .belongs($0.quorum) } ?? .fresh,
                    voters: settings.voters
                )
            )
        }
    }

    struct Letter {
        var message: FoundingMessage
        var from: MemberID
        var to: MemberID
    }

    let founders: [Founder]
    var letters: [Letter] = []
    var random: SimulatorRandom
    var now = BootTime(nanoseconds: 1_000_000_000)
    /// All that were ever founded.
    private(set) var quorums: [QuorumID: Configuration] = [:]

    static func member(_ number: Int) -> MemberID { MemberID(high: 1, low: UInt64(number)) }

    init(_ count: Int, voters: Int = 3, seed: UInt64 = 1) {
        random = SimulatorRandom(seed: seed)
        founders = (1...count).map { Founder($0, QuorumSettings(voters: voters)) }
        for number in 1...count { start(number) }
    }

    func founder(_ number: Int) -> Founder { founders[number - 1] }

    // MARK: Lives

    mutating func start(_ number: Int) {
        let founder = founder(number)
        founder.isUp = true
        guard founder.founding == nil, founder.membership == nil else { return }
        let promise: Promise? = if case .promised(let promise) = founder.stage { promise } else { nil }
        let founding = Founding(
            own: founder.id,
            promise: promise,
            settings: founder.settings,
            now: now,
            using: &random
        )
        founder.founding = founding
        founder.peer = founding.peer
    }

    mutating func crash(_ number: Int, keepingWrite: Bool) {
        let founder = founder(number)
        founder.founding = nil
        founder.isUp = false
        if keepingWrite, let writing = founder.writing { keep(writing, of: founder) }
        founder.writing = nil
    }

    mutating func wipe(_ number: Int) {
        crash(number, keepingWrite: false)
        founder(number).stage = .nothing
        start(number)
    }

    // MARK: Steps

    /// All that each sees is as it is.
    func look(_ number: Int, at others: [Int]? = nil) {
        for other in founders where others?.contains(Int(other.id.low)) ?? true {
            founder(number).seen[other.id] = other.member
        }
    }

    mutating func consider(_ number: Int) {
        let founder = founder(number)
        founder.seen[founder.id] = founder.member
        let members = founder.seen.values.sorted { $0.id < $1.id }
        let steps = founder.founding?.consider(members, isComplete: founder.isComplete, now: now, using: &random)
        carryOut(steps ?? [], of: founder)
    }

    mutating func deliver(_ place: Int, again: Bool = false) {
        let letter = again ? letters[place] : letters.remove(at: place)
        let founder = founder(Int(letter.to.low))
        guard founder.isUp else { return }
        if let membership = founder.membership {
            // What `Participation` says.
            switch letter.message {
            case .offer(let promise): reply(promise.quorum, membership, .refused(promise.quorum), letter)
            case .promised(let quorum): reply(quorum, membership, .abandoned(quorum), letter)
            default: break
            }
            return
        }
        carryOut(founder.founding?.receive(letter.message, from: letter.from) ?? [], of: founder)
    }

    private mutating func reply(
        _ quorum: QuorumID,
        _ membership: Membership,
        _ otherwise: FoundingMessage,
        _ letter: Letter
    ) {
        let message = quorum == membership.quorum ? .founded(quorum) : otherwise
        letters.append(Letter(message: message, from: letter.to, to: letter.from))
    }

    mutating func sync(_ number: Int) {
        let founder = founder(number)
        guard let writing = founder.writing else { return }
        founder.writing = nil
        keep(writing, of: founder)
        carryOut(founder.founding?.saved() ?? [], of: founder)
    }

    private mutating func keep(_ stage: StoredStage, of founder: Founder) {
        founder.stage = stage
        founder.writes += 1
        if let membership = founder.membership { quorums[membership.quorum] = membership.founders }
    }

    private mutating func carryOut(_ steps: [Founding.Action], of founder: Founder) {
        for step in steps {
            switch step {
            case .save(let stage): founder.writing = stage
            case .send(let message, let member):
                letters.append(Letter(message: message, from: founder.id, to: member))
            case .founded: founder.founding = nil
            }
        }
    }

    // MARK: Whole ways

    /// All looks are fresh, all writes succeed, and all that is said is heard: so many rounds of it.
    ///
    /// - Returns: after how many nothing was to be said or done any more.
    mutating func settle(rounds: Int = 200) -> Int? {
        for round in 1...rounds {
            for number in 1...founders.count {
                start(number)
                look(number)
                consider(number)
                sync(number)
            }
            while !letters.isEmpty { deliver(0) }
            for number in 1...founders.count { sync(number) }
            now = now.adding(milliseconds: 100)
            if isAtRest { return round }
        }
        return nil
    }

    private var isAtRest: Bool {
        letters.isEmpty && !quorums.isEmpty && founders.allSatisfy { $0.writing == nil && $0.promise == nil }
    }

    /// Two that were founded, and a member of both.
    var mixed: MemberID? {
        var taken: Set<MemberID> = []
        for configuration in quorums.values {
            for peer in configuration.peers.values where !taken.insert(peer.member).inserted { return peer.member }
        }
        return nil
    }
}

extension FoundingBench.Founder {
    var promise: Promise? { if case .promised(let promise) = stage { promise } else { nil } }
}
