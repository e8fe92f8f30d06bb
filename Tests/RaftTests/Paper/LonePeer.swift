import ClusterModel

@testable import Raft

/// One node, and everything it would have said to the others: for tests of a single rule.
struct LonePeer {
    var node: RaftNode
    /// Writes that the disk has not taken.
    private(set) var writes: [RaftWrite] = []
    private(set) var sent: [RaftMessage] = []
    private(set) var actions: [RaftAction] = []
    private(set) var now: BootTime
    private(set) var disk = HardState()
    /// Takes each write at once.
    var isDiskQuick = true
    private var random = BenchRandom(state: 7)

    static func id(_ number: Int) -> PeerID { PeerID(high: 0, low: UInt64(number)) }

    static func configuration(voters: Int, learners: [Int] = []) -> Configuration {
        var peers: [PeerID: Configuration.Peer] = [:]
        for number in 1...voters { peers[id(number)] = Configuration.Peer(member: member(number), part: .voter) }
        for number in learners { peers[id(number)] = Configuration.Peer(member: member(number), part: .learner) }
        return Configuration(peers)
    }

    static func member(_ number: Int) -> MemberID { MemberID(high: 1, low: UInt64(number)) }

    /// A peer of so many voters, number 1 if nothing else is said, its vote hold after the start over.
    ///
    /// - Parameter terms: of the entries in its log, from the first on.
    init(
        number: Int = 1,
        voters: Int = 3,
        learners: [Int] = [],
        terms: [UInt64] = [],
        term: UInt64? = nil,
        vote: Int? = nil,
        commit: UInt64 = 0,
        settings: RaftSettings = .bench,
        isHoldOver: Bool = true
    ) {
        let start = BootTime(nanoseconds: 1_000_000_000_000)
        let hard = HardState(
            term: Term(rawValue: term ?? terms.last ?? 0),
            vote: vote.map { Self.id($0) },
            commit: LogIndex(rawValue: commit)
        )
        var settings = settings
        // Nobody campaigns by itself before the test has it so.
        settings.electionSpreadMilliseconds = 0
        node = RaftNode(
            id: Self.id(number),
            quorum: RaftBench.quorum,
            settings: settings,
            initial: Self.configuration(voters: voters, learners: learners),
            hardState: hard,
            entries: Self.entries(terms),
            now: start,
            using: &random
        )
        disk = hard
        now = start
        // It does not campaign at the moment its hold ends.
        node.reluctanceMilliseconds = 500
        node.resetElectionDeadline(now: start, using: &random)
        handle(.timer)
        if isHoldOver { pass(settings.voteHoldMilliseconds) }
        forget()
    }

    static func entries(_ terms: [UInt64], after: UInt64 = 0) -> [LogEntry] {
        zip(1..., terms).map { index, term in
            LogEntry(entry(term, after + index), .command([UInt8(truncatingIfNeeded: index)]))
        }
    }

    static func entry(_ term: UInt64, _ index: UInt64) -> EntryID {
        EntryID(term: Term(rawValue: term), index: LogIndex(rawValue: index))
    }

    // MARK: What happens

    mutating func handle(_ event: RaftEvent) {
        for action in node.handle(event, now: now, using: &random) {
            switch action {
            case .persist(let write): writes.append(write)
            case .send(let message): sent.append(message)
            default: actions.append(action)
            }
        }
        if isDiskQuick, !writes.isEmpty { writeAll() }
    }

    mutating func writeAll() {
        while !writes.isEmpty { write() }
    }

    /// The oldest.
    mutating func write() {
        let write = writes.removeFirst()
        if let changed = write.hardState { disk = changed }
        handle(.written(write.durable()))
    }

    mutating func pass(_ milliseconds: Int) {
        now = now.adding(milliseconds: milliseconds)
        handle(.timer)
    }

    mutating func hear(_ body: RaftMessage.Body, from peer: Int, term: UInt64) {
        handle(.message(message(body, from: peer, term: term)))
    }

    func message(_ body: RaftMessage.Body, from peer: Int, term: UInt64) -> RaftMessage {
        RaftMessage(
            quorum: RaftBench.quorum,
            from: Self.id(peer),
            to: node.id,
            term: Term(rawValue: term),
            body
        )
    }

    /// What has been said and done so far is not looked at.
    mutating func forget() {
        sent = []
        actions = []
    }

    /// Leads, with the votes of so many others, and what that began is durable and answered by all of them.
    mutating func becomeLeader(committing: Bool = true, voters: Int = 3) {
        campaign()
        for peer in 2...max(2, voters / 2 + 1) { hear(.voteReply(.vote, isGranted: true), from: peer, term: term) }
        guard committing else { return forget() }
        for peer in 2...max(2, voters) {
            hear(.appended(through: last.index), from: peer, term: term)
            hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: peer, term: term)
        }
        forget()
    }

    /// Its election timeout passes, and a majority would vote for it.
    mutating func campaign() {
        pass(2 * node.settings.voteHoldMilliseconds)
        for peer in node.configuration.voters.dropFirst() {
            guard node.standing.role == .follower else { break }
            handle(
                .message(
                    RaftMessage(
                        quorum: RaftBench.quorum,
                        from: peer,
                        to: node.id,
                        term: node.standing.term.next,
                        .voteReply(.preVote, isGranted: true)
                    )
                )
            )
        }
    }

    // MARK: What came of it

    var term: UInt64 { node.standing.term.rawValue }

    var role: Standing.Role { node.standing.role }

    var last: EntryID { node.lastEntry }

    /// The bodies of what was sent to a peer, or to anybody.
    func said(to peer: Int? = nil) -> [RaftMessage.Body] {
        sent.filter { peer == nil || $0.to == Self.id(peer ?? 0) }.map(\.body)
    }

    var terms: [UInt64] {
        node.log.entries(after: .zero, through: last.index).map(\.id.term.rawValue)
    }

    var applied: [LogEntry] {
        var applied: [LogEntry] = []
        for case .apply(let entries) in actions { applied += entries }
        return applied
    }
}
