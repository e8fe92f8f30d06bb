internal import ClusterModel
internal import Gossip
internal import GossipTransport
internal import Quorum
internal import RaftHost
internal import Synchronization

/// Tells this node's part in the quorum who the members are, and what their servers do.
final class QuorumNews: ClusterHubListener {
    private struct State {
        var told: QuorumMembers?
        var gossip: [MemberID: GossipMember] = [:]
        var members: [QuorumMember] = []
        var isComplete = false
    }

    private let quorum: QuorumService
    private let expectsOthers: Bool
    private let state = Mutex(State())

    /// - Parameter expectsOthers: whether there should be other members than this one.
    init(quorum: QuorumService, expectsOthers: Bool) {
        self.quorum = quorum
        self.expectsOthers = expectsOthers
    }

    func viewChanged(_ change: ViewChange) {
        tell {
            $0.members = change.new.members.map(QuorumMember.init)
            $0.isComplete = !self.expectsOthers || change.new.members.count > 1
        }
        if change.new.observedPrimary != change.old.observedPrimary {
            quorum.observed(change.new.observedPrimary)
        }
    }

    /// Whom gossip reaches, and where.
    func membershipChanged(_ members: [GossipMember]) {
        tell { $0.gossip = Dictionary(members.map { ($0.id, $0) }, uniquingKeysWith: { $1 }) }
    }

    private func tell(_ change: (inout State) -> Void) {
        // Told under the lock, so that nobody is told the older of two.
        state.withLock { state in
            change(&state)
            let news = QuorumMembers(
                members: state.members.map { member in
                    var member = member
                    if let known = state.gossip[member.id] { member.liveness = known.liveness }
                    return member
                },
                addresses: state.gossip.mapValues(\.address),
                isComplete: state.isComplete
            )
            guard news != state.told else { return }
            state.told = news
            quorum.membersChanged(news)
        }
    }
}

/// Gossip's words for the hub, and for the quorum what the hub does not need.
struct MembershipNews: GossipObserver {
    let hub: ClusterHub
    let quorum: QuorumNews?

    func membershipChanged(_ members: [GossipMember]) {
        quorum?.membershipChanged(members)
        hub.membershipChanged(members)
    }

    func noticed(_ notice: GossipNotice) { hub.noticed(notice) }

    func name(of id: MemberID) -> String? { hub.name(of: id) }
}

extension QuorumMember {
    fileprivate init(_ member: ClusterView.Member) {
        self.init(
            id: member.id,
            zone: member.record.zone,
            promotion: member.record.promotion,
            isWitness: member.record.kind == .witness,
            server: Server(member),
            words: member.record.quorum
        )
    }
}

extension QuorumMember.Server {
    fileprivate init(_ member: ClusterView.Member) {
        if let current = member.current {
            self = current.isReadOnly ? .readOnly : .writable
        } else if case .down = member.record.server {
            self = .down
        } else {
            self = .unknown
        }
    }
}
