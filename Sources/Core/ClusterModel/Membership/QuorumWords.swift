/// What a member says of its part in the quorum. Only members with the setting `election` say anything.
package struct QuorumWords: Hashable, Sendable {
    package enum Stage: Hashable, Sendable {
        /// Its store is empty, or holds no more than a promise to found.
        case fresh
        /// It has this quorum's log.
        case belongs(QuorumID)
        /// It was removed: it takes no part until its store is.
        case removed(QuorumID)
        /// Its store cannot be used.
        case failed
    }

    /// Of its store; of an empty one it is drawn anew at each start.
    package var peer: PeerID
    package var stage: Stage
    /// How many voters it wants there to be (`election.voters`).
    package var voters: Int
    /// Whether it wants to lead (`election.campaign`).
    package var campaigns: Bool
    /// It has made its server read-only itself, since it has no right to be written to.
    package var isFenced: Bool
    /// As far as its log goes; nil before the first.
    package var primary: Decisions.Primary?

    package init(
        peer: PeerID,
        stage: Stage = .fresh,
        voters: Int,
        campaigns: Bool = true,
        isFenced: Bool = false,
        primary: Decisions.Primary? = nil
    ) {
        self.peer = peer
        self.stage = stage
        self.voters = voters
        self.campaigns = campaigns
        self.isFenced = isFenced
        self.primary = primary
    }
}
