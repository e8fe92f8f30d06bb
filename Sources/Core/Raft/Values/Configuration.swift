package import ClusterModel

/// Who takes part in the log, and how: what the last entry of its kind says, committed or not (Raft thesis, section 4.1).
package struct Configuration: Equatable, Sendable {
    package enum Part: UInt8, Sendable {
        /// Counts for majorities.
        case voter = 1
        /// Is sent the log, and counts for nothing.
        case learner = 2
    }

    package struct Peer: Equatable, Sendable {
        package var member: MemberID
        package var part: Part

        package init(member: MemberID, part: Part) {
            self.member = member
            self.part = part
        }
    }

    package private(set) var peers: [PeerID: Peer]

    /// More are refused.
    package static let maximumPeers = 128

    package init(_ peers: [PeerID: Peer] = [:]) {
        self.peers = peers
    }

    /// In the order of their numbers.
    package var voters: [PeerID] { peers.filter { $0.value.part == .voter }.keys.sorted() }

    package func isVoter(_ peer: PeerID) -> Bool { peers[peer]?.part == .voter }

    /// The least number of voters that is more than half of them.
    package var majority: Int { voters.count / 2 + 1 }

    package func isMajority(_ peers: Set<PeerID>) -> Bool {
        voters.count { peers.contains($0) } >= majority
    }

    /// The greatest value that a majority has reached, where `reached` says which each of the voters has.
    package func agreed<Value: Comparable>(_ reached: (PeerID) -> Value) -> Value? {
        let values = voters.map(reached).sorted(by: >)
        return values.isEmpty ? nil : values[values.count / 2]
    }

    /// One change at a time, so that each majority before it shares a voter with each after it (Raft thesis, section 4.1).
    package func changed(by change: MembershipChange) throws(ChangeRefusal) -> Self {
        var changed = self
        switch change {
        case .addLearner(let peer, let member):
            guard peers[peer] == nil else { throw .alreadySo }
            guard peers.count < Self.maximumPeers else { throw .tooManyPeers }
            changed.peers[peer] = Peer(member: member, part: .learner)
        case .promote(let peer):
            guard let known = peers[peer] else { throw .unknownPeer }
            guard known.part == .learner else { throw .alreadySo }
            changed.peers[peer]?.part = .voter
        case .demote(let peer):
            guard let known = peers[peer] else { throw .unknownPeer }
            guard known.part == .voter else { throw .alreadySo }
            guard voters.count > 1 else { throw .lastVoter }
            changed.peers[peer]?.part = .learner
        case .remove(let peer):
            guard peers[peer] != nil else { throw .unknownPeer }
            guard voters != [peer] else { throw .lastVoter }
            changed.peers[peer] = nil
        }
        return changed
    }
}

package enum MembershipChange: Equatable, Sendable {
    case addLearner(PeerID, MemberID)
    /// A learner that has caught up becomes a voter.
    case promote(PeerID)
    case demote(PeerID)
    case remove(PeerID)
}

package enum ChangeRefusal: Error, Equatable, Sendable {
    case notLeader
    /// The leadership is being handed over.
    case handingOver
    /// The change before is not committed, or nothing of this term is, or the lease was not renewed since the last change.
    case notYet
    /// The learner has not caught up.
    case behind
    case alreadySo
    case unknownPeer
    case lastVoter
    case tooManyPeers
}
