internal import ClusterModel
internal import MySQLWire
internal import QueryRouting
internal import Quorum
internal import RaftHost

/// What people ask of the quorum by procedures.
struct QuorumCalls: Sendable {
    let quorum: QuorumService
    let view: any ClusterViewSource

    /// The leader gives its place to another voter.
    func stepDown() async throws(SQLError) {
        guard let term = await quorum.status()?.term else { throw QuorumRefusal.notInQuorum.sqlError }
        try Self.check(await quorum.ask(.stepDown(term)))
    }

    /// - Parameter name: of a member that will not come back.
    func remove(_ name: String) async throws(SQLError) {
        guard let member = view.current.members.first(where: { $0.record.name.asciiLowercased == name.asciiLowercased })
        else {
            throw SQLError(errno: 1105, sqlState: "HY000", message: "no member has this name; MEMBERS lists them all")
        }
        try Self.check(await quorum.ask(.remove(member.id)))
    }

    private static func check(_ answer: QuorumAnswer) throws(SQLError) {
        if case .refused(let refusal) = answer { throw refusal.sqlError }
    }
}

extension QuorumRefusal {
    /// For whoever asked.
    var sqlError: SQLError {
        switch self {
        case .noQuorum(let missing):
            let voters = missing == 1 ? "1 voter is" : "\(missing) voters are"
            return SQLError(
                errno: 1205,
                sqlState: "HY000",
                message: missing > 0
                    ? "the quorum does not decide: \(voters) missing; try again"
                    : "the quorum has no leader yet; try again"
            )
        case .notInQuorum: return .refused("this node takes no part in the quorum; CLUSTER and EVENTS say why")
        case .busy: return .refused("too many requests wait for the quorum; try again")
        case .tooManyServices: return .refused("the quorum keeps no more services")
        case .nobodyElse: return .refused("no other voter can lead now")
        case .primaryLeads: return .refused("the primary leads, and keeps the lead while it is named primary")
        case .lastVoter: return .refused("the last voter stays")
        case .isAlive: return .refused("the member is alive; stop its sidecar first")
        }
    }
}

extension SQLError {
    fileprivate static func refused(_ message: String) -> SQLError {
        SQLError(errno: 1105, sqlState: "HY000", message: message)
    }
}
