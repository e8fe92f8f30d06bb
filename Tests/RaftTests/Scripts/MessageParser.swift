@testable import Raft

/// Reads a message as `held` shows it: `2>1 term 3 appended 5`.
struct MessageParser {
    private var words: ArraySlice<String>

    init(_ words: [String]) { self.words = words[...] }

    mutating func message(on bench: RaftBench) throws(ScriptError) -> RaftMessage {
        let ends = try word().split(separator: ">").compactMap { Int($0) }
        guard ends.count == 2 else { throw ScriptError("no route") }
        try expect("term")
        let term = Term(rawValue: try number())
        return RaftMessage(
            quorum: RaftBench.quorum,
            from: bench.peer(ends[0]).id,
            to: bench.peer(ends[1]).id,
            term: term,
            try body()
        )
    }

    private mutating func body() throws(ScriptError) -> RaftMessage.Body {
        let kind = try word()
        switch kind {
        case "vote-request":
            let vote = try voteKind()
            try expect("last")
            return .voteRequest(vote, last: try entryID())
        case "vote-reply":
            return .voteReply(try voteKind(), isGranted: try word() == "granted")
        case "append":
            try expect("after")
            let previous = try entryID()
            try expect("commit")
            return .append(previous: previous, entries: [], commit: try index())
        case "appended": return .appended(through: try index())
        case "conflict":
            let previous = try index()
            try expect("hint")
            return .conflict(previous: previous, hint: try entryID())
        case "heartbeat":
            let round = RoundNumber(rawValue: try number())
            try expect("commit")
            return .heartbeat(round, commit: try index())
        case "heartbeat-reply": return .heartbeatReply(RoundNumber(rawValue: try number()))
        case "campaign-now": return .campaignNow
        default: throw ScriptError("\(kind) cannot be made by hand")
        }
    }

    private mutating func word() throws(ScriptError) -> String {
        guard let word = words.popFirst() else { throw ScriptError("the message is too short") }
        return word
    }

    private mutating func expect(_ wanted: String) throws(ScriptError) {
        let found = try word()
        guard found == wanted else { throw ScriptError("\(found) in the place of \(wanted)") }
    }

    private mutating func number() throws(ScriptError) -> UInt64 {
        let word = try word()
        guard let number = UInt64(word) else { throw ScriptError("\(word) is no number") }
        return number
    }

    private mutating func index() throws(ScriptError) -> LogIndex { LogIndex(rawValue: try number()) }

    private mutating func entryID() throws(ScriptError) -> EntryID {
        let parts = try word().split(separator: ":").compactMap { UInt64($0) }
        guard parts.count == 2 else { throw ScriptError("an entry is TERM:INDEX") }
        return EntryID(term: Term(rawValue: parts[0]), index: LogIndex(rawValue: parts[1]))
    }

    private mutating func voteKind() throws(ScriptError) -> VoteKind {
        switch try word() {
        case "preVote": .preVote
        case "vote": .vote
        case "transfer": .transfer
        default: throw ScriptError("preVote, vote or transfer")
        }
    }
}
