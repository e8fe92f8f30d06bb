import ClusterModel
import Quorum
import Raft
import RaftHost
import Simulator

/// Stores as the tests make them.
enum StoreExamples {
    static let member = MemberID(high: 1, low: 1)

    static func membership(founders: Configuration = Configuration()) -> Membership {
        Membership(peer: PeerID(high: 0, low: 1), quorum: RaftWorld.quorum, founders: founders)
    }

    /// Which founds nothing but itself.
    static let promise = Promise(
        quorum: RaftWorld.quorum,
        proposer: member,
        founders: Configuration([
            PeerID(high: 0, low: 1): Configuration.Peer(member: member, part: .voter),
            PeerID(high: 0, low: 2): Configuration.Peer(member: MemberID(high: 1, low: 2), part: .voter),
        ])
    )
}

extension QuorumStore {
    static func open(folder: String) throws(StoreFailure) -> (store: QuorumStore, stored: StoredQuorum) {
        try open(folder: folder, member: StoreExamples.member)
    }

    func begin(founders: Configuration = Configuration()) throws(StoreFailure) {
        try save(.belongs(StoreExamples.membership(founders: founders)))
    }
}

extension StoredQuorum {
    var membership: Membership? { if case .belongs(let membership) = stage { membership } else { nil } }
}
