/// What drivers act on of one member: the topology's version rises when this changes for anybody, or when somebody comes
/// or goes, and for nothing else. The primary follows from the roles.
struct TopologyFacts: Hashable, Sendable {
    private let role: Role
    private let state: MemberState
    private let epoch: Epoch
    private let sqlAddress: HostPort
    private let zone: String

    init(_ member: ClusterView.Member) {
        role = member.role
        state = member.state
        epoch = member.epoch
        sqlAddress = member.record.sqlAddress
        zone = member.record.zone
    }
}
