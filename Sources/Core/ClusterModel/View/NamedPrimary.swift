/// Whom the quorum has named primary, by what the members say of its decisions.
struct NamedPrimary: Hashable {
    let primary: Decisions.Primary

    /// The newest that any member of the local one's quorum knows, also of one that is gone. A node that is in no quorum goes
    /// by the one quorum that there is among those present.
    ///
    /// - Returns: nil where no quorum has decided anything, or there are two of them.
    init?(_ candidates: [RoleAssignment.Candidate], localID: MemberID) {
        func quorum(_ candidate: RoleAssignment.Candidate) -> QuorumID? {
            guard case .belongs(let quorum) = candidate.record.quorum?.stage else { return nil }
            return quorum
        }
        let present = candidates.filter { $0.state != .dead && $0.state != .left }
        let own = candidates.first { $0.id == localID }.flatMap(quorum)
        let known = Set(present.compactMap(quorum))
        guard let ours = own ?? (known.count == 1 ? known.first : nil) else { return nil }
        let told = candidates.filter { quorum($0) == ours }.compactMap { $0.record.quorum?.primary }
        guard let newest = told.max(by: { $0.epoch < $1.epoch }) else { return nil }
        primary = newest
    }
}
