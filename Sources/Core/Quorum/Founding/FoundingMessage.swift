package import ClusterModel

/// What is said while a quorum is founded.
package enum FoundingMessage: Equatable, Sendable {
    case offer(Promise)
    /// The sender has promised it, durably.
    case promised(QuorumID)
    /// The sender has promised another, belongs to one, or was not meant.
    case refused(QuorumID)
    /// All have promised, and whoever made the offer has founded it: it is so.
    case founded(QuorumID)
    /// Nothing has come of it, and nothing will.
    case abandoned(QuorumID)
}
