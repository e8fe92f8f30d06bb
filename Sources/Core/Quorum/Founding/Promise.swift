package import ClusterModel
package import Raft

/// One quorum that somebody wants to found, and with whom. Who has given it founds no other one, until whoever made the
/// offer says that nothing comes of it.
package struct Promise: Equatable, Sendable {
    package let quorum: QuorumID
    /// Who made the offer, and alone says that it has come about.
    package let proposer: MemberID
    package let founders: Configuration

    package init(quorum: QuorumID, proposer: MemberID, founders: Configuration) {
        self.quorum = quorum
        self.proposer = proposer
        self.founders = founders
    }

    package func includes(_ member: MemberID, as peer: PeerID) -> Bool {
        founders.peers[peer] == Configuration.Peer(member: member, part: .voter)
    }

    /// So many members, each once and with a vote, and who proposes it among them.
    func isWhole(voters: Int) -> Bool {
        let members = Set(founders.peers.values.map(\.member))
        return founders.voters.count == voters && founders.peers.count == voters && members.count == voters
            && members.contains(proposer)
    }
}
