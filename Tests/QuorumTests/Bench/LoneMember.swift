import ClusterModel
import Raft
import Simulator

@testable import Quorum

/// One member and everything that it would have done: for tests of a single rule. Its disk takes each write at once.
struct LoneMember {
    var node: QuorumNode
    private(set) var actions: [QuorumAction] = []
    var now: BootTime
    private(set) var generation: UInt64
    var random = SimulatorRandom(seed: 7)

    static let quorum = QuorumID(high: 7, low: 7)

    static func peer(_ number: Int) -> PeerID { PeerID(high: 8, low: UInt64(number)) }

    static func configuration(voters: Int, learners: [Int] = []) -> Configuration {
        var peers: [PeerID: Configuration.Peer] = [:]
        for number in 1...voters { peers[peer(number)] = Configuration.Peer(member: MemberID(number), part: .voter) }
        for number in learners { peers[peer(number)] = Configuration.Peer(member: MemberID(number), part: .learner) }
        return Configuration(peers)
    }

    /// Number 1 of a quorum of so many. Alone, it leads after a while.
    init(voters: Int = 1, learners: [Int] = [], decisions: Decisions? = nil, generation: UInt64 = 100) {
        let configuration = Self.configuration(voters: voters, learners: learners)
        let last = EntryID(term: Term(rawValue: 1), index: LogIndex(rawValue: 1))
        let membership = Membership(peer: Self.peer(1), quorum: Self.quorum, founders: configuration)
        let snapshot = decisions.map { Snapshot(last: last, configuration: configuration, state: $0.encoded) }
        self.init(
            StoredQuorum(
                stage: .belongs(membership),
                hardState: HardState(
                    term: decisions == nil ? .zero : last.term,
                    vote: nil,
                    commit: decisions == nil ? .zero : last.index
                ),
                snapshot: snapshot,
                base: decisions == nil ? .origin : last,
                generation: generation
            ),
            settings: QuorumSettings(voters: voters)
        )
        if voters == 1 { pass(5_000, steps: 100) }
        forget()
    }

    init(_ stored: StoredQuorum, settings: QuorumSettings = QuorumSettings()) {
        now = BootTime(nanoseconds: 1_000_000_000_000)
        generation = stored.generation
        node = QuorumNode(own: MemberID(1), stored: stored, settings: settings, now: now, using: &random)
        handle(.timer)
    }

    /// A member of a world, taken out of it.
    init?(of process: QuorumProcess, at time: MonotonicTime) {
        guard let node = process.node else { return nil }
        self.node = node
        now = process.local(time)
        generation = process.disk.generation
    }

    mutating func handle(_ event: QuorumEvent) {
        var events = [event]
        while !events.isEmpty {
            let done = node.handle(
                events.removeFirst(),
                now: now,
                wallTime: WallTime(microsecondsSince1970: 0),
                using: &random
            )
            for action in done {
                switch action {
                case .save:
                    generation += 1
                    events.append(.saved(generation: generation))
                case .persist(let write):
                    generation += 1
                    events.append(.written([write.durable()], generation: generation))
                case .closeGate(let closing): events.append(.gateClosed(closing))
                default: break
                }
            }
            actions += done
        }
    }

    mutating func pass(_ milliseconds: Int, steps: Int = 1) {
        for _ in 0..<steps {
            now = now.adding(milliseconds: milliseconds / steps)
            handle(.timer)
        }
    }

    mutating func forget() { actions = [] }

    mutating func hear(_ message: PeerMessage, from number: Int) { handle(.message(message, from: MemberID(number))) }

    /// What it answers to a request of its own, now.
    mutating func ask(_ request: QuorumRequest, _ number: UInt64 = 1) -> QuorumAnswer? {
        handle(.request(RequestNumber(rawValue: number), request))
        return answer(number)
    }

    func answer(_ number: UInt64 = 1) -> QuorumAnswer? {
        actions.compactMap { action in
            if case .answer(RequestNumber(rawValue: number), let answer) = action { answer } else { nil }
        }.last
    }

    var sent: [(message: PeerMessage, to: MemberID)] {
        actions.compactMap { if case .send(let message, let to) = $0 { (message, to) } else { nil } }
    }

    var status: QuorumStatus { node.status(now: now) }
}
