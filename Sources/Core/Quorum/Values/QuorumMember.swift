package import ClusterModel

/// A member as gossip tells of it.
package struct QuorumMember: Hashable, Sendable {
    package var id: MemberID
    package var liveness: Liveness
    package var zone: String
    package var promotion: PromotionRule
    /// It has no server: it votes only.
    package var isWitness: Bool
    /// Its server, as its sidecar sees it at this moment.
    package var server: Server
    /// Nil where nothing is said.
    package var words: QuorumWords?

    package enum Server: Hashable, Sendable {
        case unknown
        case down
        case readOnly
        case writable
    }

    package init(
        id: MemberID,
        liveness: Liveness = .alive,
        zone: String = "",
        promotion: PromotionRule = .neutral,
        isWitness: Bool = false,
        server: Server = .unknown,
        words: QuorumWords? = nil
    ) {
        self.id = id
        self.liveness = liveness
        self.zone = zone
        self.promotion = promotion
        self.isWitness = isWitness
        self.server = server
        self.words = words
    }

    var isAlive: Bool { liveness == .alive }

    /// It is here, and its store can be used.
    var isThere: Bool {
        guard liveness.isPresent else { return false }
        return switch words?.stage {
        case .failed, .removed: false
        case .fresh, .belongs, nil: true
        }
    }

    /// It would rather not lead.
    var isReluctant: Bool { isWitness || words?.campaigns == false }

    /// Its store is empty and it is here: it can be taken in.
    var freshPeer: PeerID? {
        guard isAlive, let words, words.stage == .fresh else { return nil }
        return words.peer
    }
}
