/// What the hub is told: all that the view is made from.
package enum HubEvent: Sendable {
    /// Everyone whom gossip lists.
    case membership([MemberSnapshot])
    /// This node's probe has looked at mysqld.
    case looked(ServerCondition)
    /// This node's part in the quorum is another, or sees it otherwise.
    case quorum(QuorumReport, words: QuorumWords)
    /// A reload has another threshold, in milliseconds.
    case lagThreshold(Int)
    /// This sidecar begins to stop.
    case stopping
    /// Clients come to the local mysqld by another way than the configured one, or not at all.
    case clientsComeOtherwise(reason: String)
    /// A member was not let in, since its gossip versions are others; the host is nil if it is not known.
    case memberRefused(host: String?, theirs: String, ours: String)
    /// Two living processes use one node name.
    case nameConflict(MemberID, kept: HostPort, refused: HostPort)
    /// This node's name is its own again.
    case nameReclaimed
}
