import ClusterModel

@testable import Raft

/// Words for what peers do.
extension RaftBench {
    func text(_ id: EntryID) -> String { "\(id.term):\(id.index)" }

    func text(_ entry: LogEntry) -> String {
        switch entry.content {
        case .leadershipBegins: "\(text(entry.id)) begin"
        case .command(let command): "\(text(entry.id)) \(String(decoding: command, as: UTF8.self))"
        case .configuration(let configuration): "\(text(entry.id)) \(text(configuration))"
        }
    }

    func text(_ configuration: Configuration) -> String {
        func list(_ part: Configuration.Part) -> String {
            configuration.peers.filter { $0.value.part == part }.keys.sorted().map { "\(number(of: $0))" }
                .joined(separator: " ")
        }
        return "voters \(list(.voter))" + (list(.learner).isEmpty ? "" : ", learners \(list(.learner))")
    }

    /// Nil for what a story does not tell.
    func text(_ action: RaftAction, of peer: BenchPeer) -> String? {
        switch action {
        case .accepted(let request, let id): "\(peer.number) accepts \(name(request)) as \(text(id))"
        case .refused(let request, let why): "\(peer.number) refuses \(name(request)): \(text(why))"
        case .read(let request): "\(peer.number) answers \(name(request)): \(peer.state.joined(separator: " "))"
        case .transferEnded(let end): "\(peer.number)'s transfer is \(end)"
        case .standingChanged(let standing): text(standing, of: peer)
        case .violation(let other, let violation): "\(peer.number) hears of \(number(of: other)): \(violation)"
        case .persist, .send, .apply, .restore, .takeSnapshot, .closeGate: nil
        }
    }

    private func text(_ refusal: Refusal) -> String {
        if case .change(let why) = refusal { "\(why)" } else { "\(refusal)" }
    }

    private func text(_ standing: Standing, of peer: BenchPeer) -> String {
        switch standing.role {
        case .follower:
            "\(peer.number) follows \(standing.leader.map { "\(number(of: $0))" } ?? "nobody") in term \(standing.term)"
        case .candidate: "\(peer.number) is a candidate in term \(standing.term)"
        case .leader: "\(peer.number) leads term \(standing.term)"
        case .silent: "\(peer.number) is silent"
        }
    }

    /// A line a peer.
    func show(_ peer: BenchPeer) -> String {
        guard let node = peer.node else { return "\(peer.number)  down" }
        let last = text(node.lastEntry)
        let (role, gate) = (text(node.standing, of: peer), peer.isGateOpen ? ", gate open" : "")
        return "\(role), log to \(last), committed to \(node.commitIndex)\(gate)\(peer.isPaused ? ", stopped" : "")"
    }

    func log(of peer: BenchPeer) -> [String] {
        guard let log = peer.node?.log else { return ["down"] }
        let head = log.snapshot.map { ["snapshot of \(text($0.last)), \(text($0.configuration))"] } ?? []
        return head + log.entries(after: .zero, through: log.last.index).map { text($0) }
    }
}

extension RaftMessage.Body {
    /// As stories call it.
    var name: String {
        switch self {
        case .voteRequest: "vote-request"
        case .voteReply: "vote-reply"
        case .append: "append"
        case .appended: "appended"
        case .conflict: "conflict"
        case .heartbeat: "heartbeat"
        case .heartbeatReply: "heartbeat-reply"
        case .snapshot: "snapshot"
        case .snapshotReply: "snapshot-reply"
        case .campaignNow: "campaign-now"
        }
    }
}

extension RaftBench {
    func text(_ parcel: BenchNetwork.Parcel) -> String {
        let (message, route) = (parcel.message, "\(parcel.from)>\(parcel.to)")
        let said =
            switch message.body {
            case .voteRequest(let kind, let last): "\(kind) last \(text(last))"
            case .voteReply(let kind, let isGranted): "\(kind) \(isGranted ? "granted" : "refused")"
            case .append(let previous, let entries, let commit):
                "after \(text(previous)) commit \(commit)" + entries.map { " [\(text($0))]" }.joined()
            case .appended(let index): "\(index)"
            case .conflict(let previous, let hint): "\(previous) hint \(text(hint))"
            case .heartbeat(let round, let commit): "\(round) commit \(commit)"
            case .heartbeatReply(let round): "\(round)"
            case .snapshot(let chunk): "of \(text(chunk.last)) \(chunk.offset)+\(chunk.bytes.count)/\(chunk.total)"
            case .snapshotReply(let last, let received): "of \(text(last)) \(received)"
            case .campaignNow: ""
            }
        return "\(route) term \(message.term) \(message.body.name)\(said.isEmpty ? "" : " ")\(said)"
    }
}
