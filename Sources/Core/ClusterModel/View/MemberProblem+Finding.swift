extension MemberProblem {
    /// All that is wrong with the members, in their order.
    ///
    /// - Parameter delays: in the order of the members, as `assignment.verdicts` are.
    static func find(
        among candidates: [RoleAssignment.Candidate],
        _ assignment: RoleAssignment,
        _ delays: ReplicationDelays,
        _ graph: ReplicationGraph
    ) -> [[MemberProblem]] {
        candidates.indices.map { position in
            let candidate = candidates[position]
            guard candidate.state != .dead, candidate.state != .left else { return [] }
            switch candidate.record.server {
            case .unknown: return []
            case .down(let reason, _): return [MemberProblem(.serverDown, reason)]
            case .unseen(let reason, _, _): return [MemberProblem(.serverNotSeen, reason)]
            case .up(let seen):
                return [
                    seen.problem.map { MemberProblem(.notAllSeen, $0) },
                    replicationProblem(of: position, candidates, delays, graph),
                    writableProblem(of: position, candidates, assignment),
                ].compactMap { $0 }
            }
        }
    }

    private static func replicationProblem(
        of position: Int,
        _ candidates: [RoleAssignment.Candidate],
        _ delays: ReplicationDelays,
        _ graph: ReplicationGraph
    ) -> MemberProblem? {
        guard case .stopped(let broken)? = delays.values[position] else { return nil }
        guard broken == position else {
            let other = candidates[broken]
            return MemberProblem(
                .sourceStopped(at: other.id),
                "replicates through \(other.record.name), whose own replication is not running"
            )
        }
        let edges = graph.edges[position].filter { !$0.link.isRunning }
        let errors = edges.flatMap { [$0.link.sqlErrorNumber, $0.link.ioErrorNumber] }.filter { $0 != 0 }
        let isBroken = !errors.isEmpty || edges.contains { !$0.link.lastError.isEmpty }
        let detail = edges.prefix(greatestLinkCount).map { edge in
            let source = edge.source.map { candidates[$0].record.name } ?? edge.link.source.description
            let channel = edge.link.name.isEmpty ? "" : " (\(edge.link.name))"
            let threads = "IO \(edge.link.ioState), SQL \(edge.link.sqlState)"
            let error = edge.link.lastError.isEmpty ? "" : ": \(edge.link.lastError)"
            return "replication from \(source)\(channel) is not running (\(threads))\(error)"
        }.joined(separator: "; ")
        return MemberProblem(isBroken ? .replicationBroken(errors: errors) : .replicationStopped, detail)
    }

    private static let greatestLinkCount = 8

    private static func writableProblem(
        of position: Int,
        _ candidates: [RoleAssignment.Candidate],
        _ assignment: RoleAssignment
    ) -> MemberProblem? {
        switch assignment.verdicts[position] {
        case .stopped, .sharesRing, .rival, .notFollowed, .notNamed: break
        case .primary, .isNoServerInUse, .notKnown, .readOnly, .replicationNotKnown, .replicates,
            .replicatesFromStranger:
            return nil
        }
        let primary = assignment.primary.map { candidates[$0] }
        let why = assignment.verdicts[position].explanation(candidates)
        let rest = primary.map { "the primary is \($0.record.name)" } ?? "there is no primary"
        return MemberProblem(.writable(beside: primary?.id), "\(candidates[position].record.name) \(why); \(rest)")
    }
}
