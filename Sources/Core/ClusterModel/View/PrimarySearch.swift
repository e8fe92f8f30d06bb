/// Why there is no primary, for people.
struct PrimarySearch {
    /// Nil while there is a primary.
    let problem: String?
    /// Of it, what the writable servers lack; nil if none is writable, or there is a primary.
    let writableProblem: String?
    /// Names of the members that could be primary, when there are several.
    let conflicting: [String]
    /// A member has not looked at its server yet, or met the others: what is missing may come in a moment.
    let isPending: Bool

    init(_ candidates: [RoleAssignment.Candidate], _ assignment: RoleAssignment, named: NamedPrimary? = nil) {
        conflicting = assignment.conflicting
        isPending =
            candidates.contains { $0.state == .starting }
            || assignment.verdicts.contains { if case .replicatesFromStranger = $0 { true } else { false } }
        guard assignment.primary == nil else {
            (problem, writableProblem) = (nil, nil)
            return
        }
        var writable: [String] = []
        var others: [String] = []
        for (candidate, verdict) in zip(candidates, assignment.verdicts) where candidate.record.kind == .database {
            let name = candidate.record.name
            switch verdict {
            case .isNoServerInUse, .notKnown: others.append("\(name) is \(candidate.state.rawValue)")
            case .primary, .readOnly: others.append("\(name) \(verdict.explanation(candidates))")
            case .replicationNotKnown, .replicates, .replicatesFromStranger, .stopped, .sharesRing, .rival,
                .notFollowed, .notNamed:
                writable.append("\(name) \(verdict.explanation(candidates))")
            }
        }
        let all = writable + others
        problem =
            if let named {
                Self.problem(of: named, candidates, assignment)
            } else if !conflicting.isEmpty {
                "several members could be the primary: \(conflicting.joined(separator: ", "))"
            } else {
                all.isEmpty ? "no member has a server" : Self.list(all)
            }
        writableProblem = writable.isEmpty ? nil : Self.list(writable)
    }

    /// Why the one that the quorum has named is no primary at this moment.
    private static func problem(
        of named: NamedPrimary,
        _ candidates: [RoleAssignment.Candidate],
        _ assignment: RoleAssignment
    ) -> String {
        guard let member = named.primary.member else { return "the quorum has named nobody" }
        guard let position = candidates.firstIndex(where: { $0.id == member }) else {
            return "the member that the quorum has named is not known here"
        }
        let candidate = candidates[position]
        let why =
            switch assignment.verdicts[position] {
            case .readOnly: "is read-only"
            case .isNoServerInUse, .notKnown: "is \(candidate.state.rawValue)"
            default: assignment.verdicts[position].explanation(candidates)
            }
        return "\(candidate.record.name), which the quorum has named, \(why)"
    }

    /// More is for the table of the members.
    private static let greatestShownCount = 8

    private static func list(_ parts: [String]) -> String {
        let rest = parts.count - greatestShownCount
        return parts.prefix(greatestShownCount).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension RoleAssignment.Verdict {
    /// Why a member is not the primary, behind its name.
    func explanation(_ candidates: [RoleAssignment.Candidate]) -> String {
        func name(_ position: Int) -> String { candidates[position].record.name }
        return switch self {
        case .primary: "is the primary"
        case .isNoServerInUse: "is not in use"
        case .notKnown: "is not known"
        case .readOnly: "is read-only"
        case .replicationNotKnown: "is writable, and whether it is a replica is not known"
        case .replicates(let source): "is writable, and replicates from \(name(source))"
        case .replicatesFromStranger(let source):
            "is writable, and replicates from \(source), which may be a member that is not known yet"
        case .stopped(let source, sourceIsWritable: true):
            "is writable, and its replication from \(name(source)), which is writable, too, is stopped and not removed"
                + " (RESET REPLICA ALL)"
        case .stopped(let source, sourceIsWritable: false):
            "is writable, and its replication from \(name(source)) is stopped and not removed (RESET REPLICA ALL);"
                + " that it has all transactions of \(name(source)) is not certain"
        case .sharesRing(let other): "is writable, and so is \(name(other)): they replicate from each other"
        case .rival: "is writable, and could be the primary as others could"
        case .notFollowed: "is writable, and the other members do not follow it"
        case .notNamed: "is writable, and the quorum has not named it"
        }
    }
}
