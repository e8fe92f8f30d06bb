import ClusterModel
import Raft

/// What must never be seen, whatever a story does.
struct BenchWatch {
    /// That its notes begin with.
    static let words = ["TWO OPEN GATES", "TWO LEADERS", "APPLIES "]

    private var leaders: [Term: PeerID] = [:]
    /// What anybody has applied.
    private var history: [LogIndex: LogEntry] = [:]
    private var told: Set<String> = []

    mutating func look(at peers: [BenchPeer]) -> [String] {
        var faults: [String] = []
        let open = peers.filter(\.isGateOpen).map { "\($0.number) in term \($0.node?.standing.term ?? .zero)" }
        if open.count > 1 { faults.append("TWO OPEN GATES: \(open.joined(separator: ", "))") }
        for peer in peers {
            guard let standing = peer.node?.standing, standing.role == .leader else { continue }
            if leaders[standing.term] ?? peer.id != peer.id { faults.append("TWO LEADERS IN TERM \(standing.term)") }
            leaders[standing.term] = peer.id
        }
        return faults.filter { told.insert($0).inserted }
    }

    /// - Returns: what is wrong with it.
    mutating func applied(_ entry: LogEntry, after previous: LogIndex) -> String? {
        guard entry.index == previous.next else { return "APPLIES \(entry.index) AFTER \(previous)" }
        let known = history[entry.index] ?? entry
        history[entry.index] = known
        return known == entry ? nil : "APPLIES WHAT IS NOT COMMITTED AT \(entry.index)"
    }
}
