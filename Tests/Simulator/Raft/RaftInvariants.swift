internal import ClusterModel
package import Raft

/// What must hold at every moment of true time, whatever happens.
package struct RaftInvariants {
    /// The first one that did not hold, and where.
    package private(set) var broken: String?
    private var leaderOfTerm: [Term: PeerID] = [:]
    private var votes: [Vote: PeerID] = [:]
    /// What anybody has applied, from index 1 on.
    private var history: [LogEntry] = []
    /// The state after each of them.
    private var states: [AppliedState] = []
    private var reads: [Read: LogIndex] = [:]
    package private(set) var statistics = Statistics()

    package struct Statistics: Equatable {
        package var openings = 0
        package var elections = 0
        package var reads = 0
        package var snapshots = 0
        package var applied = 0
    }

    private struct Vote: Hashable {
        var voter: PeerID
        var term: Term
    }

    private struct Read: Hashable {
        var peer: PeerID
        var request: RequestID
    }

    package init() {}

    private mutating func fail(_ why: String) {
        if broken == nil { broken = why }
    }

    /// Never two open gates; one leader a term.
    mutating func look(at world: RaftWorld) {
        var open: [RaftProcess] = []
        for process in world.processes {
            guard let node = process.node else { continue }
            if process.isGateOpen(at: world.now) { open.append(process) }
            guard case .leader = node.standing.role else { continue }
            if let other = leaderOfTerm[node.standing.term], other != node.id {
                fail("two leaders in term \(node.standing.term)")
            }
            if leaderOfTerm.updateValue(node.id, forKey: node.standing.term) == nil { statistics.elections += 1 }
        }
        if !open.isEmpty { statistics.openings += 1 }
        if open.count > 1 {
            fail(
                "two open gates at \(world.now.nanoseconds / 1_000_000) ms: "
                    + open.map { "\($0.number) in term \($0.node?.standing.term ?? .zero)" }.joined(separator: ", ")
            )
        }
    }

    /// No vote by one that has promised it to a leader, or has just started, but by leave of a leader.
    mutating func writes(
        _ write: RaftWrite,
        on event: RaftEvent,
        by process: RaftProcess,
        at local: BootTime,
        _ settings: RaftSettings
    ) {
        guard case .message(let message) = event, case .voteRequest(.vote, _) = message.body,
            write.hardState?.vote == message.from
        else { return }
        if local.milliseconds(since: process.heard) < settings.voteHoldMilliseconds {
            fail("peer \(process.number) votes in term \(message.term), and has promised not to")
        }
    }

    /// One vote a term, also over a restart.
    mutating func sent(_ message: RaftMessage, by process: RaftProcess) {
        guard case .voteReply(let kind, true) = message.body, kind != .preVote else { return }
        let vote = Vote(voter: process.id, term: message.term)
        if let other = votes.updateValue(message.to, forKey: vote), other != message.to {
            fail("peer \(process.number) votes twice in term \(message.term)")
        }
        if process.disk.hardState.term < message.term {
            fail("peer \(process.number) votes in term \(message.term), which its disk does not know")
        }
    }

    /// All apply the same, in the same order, and nothing twice.
    mutating func applied(_ entry: LogEntry, by process: RaftProcess) {
        guard entry.index == process.appliedIndex.next else {
            return fail("peer \(process.number) applies \(entry.index) after \(process.appliedIndex)")
        }
        process.appliedIndex = entry.index
        if case .command(let command) = entry.content { process.applied.apply(command) }
        statistics.applied += 1
        let place = Int(entry.index.rawValue) - 1
        if place < history.count {
            if history[place] != entry { fail("entry \(entry.index) is not the one that was committed") }
            if states[place] != process.applied { fail("peer \(process.number) has another state at \(entry.index)") }
        } else if place == history.count {
            history.append(entry)
            states.append(process.applied)
        } else {
            fail("entry \(entry.index) is applied before the one before it")
        }
    }

    mutating func restored(_ snapshot: Snapshot, by process: RaftProcess) {
        statistics.snapshots += 1
        let place = Int(snapshot.last.index.rawValue) - 1
        guard place < states.count else { return fail("a snapshot of what nobody has applied") }
        if states[place] != process.applied { fail("the snapshot of \(snapshot.last.index) is another state") }
        if history[place].id != snapshot.last { fail("the snapshot of \(snapshot.last.index) is of another log") }
    }

    // MARK: Reads

    package mutating func asked(_ request: RequestID, of process: RaftProcess) {
        reads[Read(peer: process.id, request: request)] = LogIndex(rawValue: UInt64(history.count))
    }

    /// All that anybody had applied before the question.
    mutating func answered(_ request: RequestID, by process: RaftProcess) {
        guard let least = reads[Read(peer: process.id, request: request)] else { return }
        statistics.reads += 1
        if process.appliedIndex < least {
            fail("peer \(process.number) reads at \(process.appliedIndex), \(least) was applied before")
        }
    }

    /// Honest peers give no cause for it.
    mutating func violated(_ violation: Violation, by peer: PeerID, at process: RaftProcess) {
        fail("peer \(process.number) hears a violation of \(peer): \(violation)")
    }
}
