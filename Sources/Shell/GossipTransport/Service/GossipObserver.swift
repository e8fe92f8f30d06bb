package import ClusterModel
package import Gossip

/// Who is told what gossip knows. Called on the gossip event loop: nothing here may block.
package protocol GossipObserver: Sendable {
    /// Everyone listed, this member first: at once when somebody's liveness, address or record has changed, else at most
    /// every 500 ms for `lastHeard`.
    func membershipChanged(_ members: [GossipMember])

    /// What is logged.
    func noticed(_ notice: GossipNotice)

    /// A member's name for the log; nil if it is not known.
    func name(of id: MemberID) -> String?
}
