package import ClusterModel
package import Quorum

/// What a `QuorumService` needs to know.
package struct QuorumConfiguration: Sendable {
    package var member: MemberID
    /// Of the store; it has to be there (`election.data_dir`).
    package var folder: String
    package var settings: QuorumSettings
    /// Whether this member wants to lead (`election.campaign`).
    package var campaigns: Bool

    package init(member: MemberID, folder: String, settings: QuorumSettings, campaigns: Bool = true) {
        self.member = member
        self.folder = folder
        self.settings = settings
        self.campaigns = campaigns
    }
}

/// The members as gossip knows them, and where their sidecars are reached.
package struct QuorumMembers: Hashable, Sendable {
    package var members: [QuorumMember]
    package var addresses: [MemberID: HostPort]
    /// False while there should be members that nobody here has heard of.
    package var isComplete: Bool

    package init(members: [QuorumMember], addresses: [MemberID: HostPort], isComplete: Bool) {
        self.members = members
        self.addresses = addresses
        self.isComplete = isComplete
    }
}
