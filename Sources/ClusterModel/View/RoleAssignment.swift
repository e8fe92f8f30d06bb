/// Observes who is primary from what the members' servers do (until a quorum decides it).
///
/// - The primary is writable and not a replica of a member.
/// - Of several such servers, the one that other members replicate from is the primary.
/// - If that leaves more or fewer than one, nobody is shown as primary: a driver that writes to the wrong one of two
///   does more harm than one that waits.
struct RoleAssignment {
    struct Candidate {
        var id: MemberID
        var state: MemberState
        var record: MemberRecord
    }

    private(set) var roles: [MemberID: Role] = [:]
    /// Names of the members that could be primary, when there are several.
    private(set) var conflicting: [String] = []

    init(_ candidates: [Candidate]) {
        let usable = candidates.filter { Self.canServe($0.state) }
        for candidate in candidates {
            if candidate.record.kind == .witness {
                roles[candidate.id] = .witness
            } else if let seen = candidate.record.server.observation, !seen.replication.isEmpty {
                roles[candidate.id] = .replica
            } else {
                roles[candidate.id] = .standalone
            }
        }

        let index = SourceIndex(candidates.lazy.map(\.record))
        let writable = usable.filter { candidate in
            guard candidate.record.kind == .database, let seen = candidate.record.server.observation else {
                return false
            }
            return !seen.isReadOnly && !seen.replication.contains { index.source(of: $0) != nil }
        }
        var sources: Set<MemberID> = []
        for candidate in usable {
            for link in candidate.record.server.observation?.replication ?? [] {
                if let source = index.source(of: link) { sources.insert(candidates[source].id) }
            }
        }
        let followed = writable.filter { sources.contains($0.id) }
        let favourites = followed.isEmpty ? writable : followed
        if favourites.count == 1, let primary = favourites.first {
            roles[primary.id] = .primary
        } else if favourites.count > 1 {
            conflicting = favourites.map(\.record.name).sorted()
        }
    }

    /// A member in one of these states may answer queries; a silent or stopped one is never shown as primary.
    private static func canServe(_ state: MemberState) -> Bool {
        switch state {
        case .online, .lagging, .standby, .recovering, .suspect, .maintenance, .stopping: true
        case .starting, .fenced, .diverged, .offline, .dead, .left: false
        }
    }
}
