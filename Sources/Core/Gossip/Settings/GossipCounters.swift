/// What the gossip layer has counted since it started.
package struct GossipCounters: Hashable, Sendable {
    package var packetsIn: UInt64 = 0
    package var packetsOut: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    package var streamsIn: UInt64 = 0
    package var streamsOut: UInt64 = 0
    package var streamFailures: UInt64 = 0
    /// Packets and stream frames that were no valid message.
    package var decodeFailures: UInt64 = 0
    /// Packets and stream frames that could not be opened with any key; counted by the transport.
    package var decryptFailures: UInt64 = 0
    /// Packets and stream frames of another cluster.
    package var foreignCluster: UInt64 = 0
    /// Packets and stream frames in a version that is not read here, and claims of members that share no version with
    /// all that are present.
    package var unsupportedVersion: UInt64 = 0
    /// Packets and stream frames that name another sender than the one they were sealed by.
    package var senderMismatches: UInt64 = 0
    /// Claims that were dropped because the table of members was full.
    package var membersRefused: UInt64 = 0
    /// Sealed datagrams that had come before, or are too old to tell.
    package var replays: UInt64 = 0
    /// Incarnations and versions that no member can have counted up to.
    package var incredibleNumbers: UInt64 = 0
    package var probes: UInt64 = 0
    /// Probes that no ack answered in time, directly or indirectly.
    package var probeFailures: UInt64 = 0
    package var indirectProbes: UInt64 = 0
    /// Members that were pinged for some more time, after a failed probe, before they were suspected.
    package var doubts: UInt64 = 0
    /// Answers "no ack so far" (Lifeguard, section IV.A): those of helpers to this member, and its own as a helper.
    package var nacksIn: UInt64 = 0
    package var nacksOut: UInt64 = 0
    /// Rumours about this member that it had to refute.
    package var refutations: UInt64 = 0
    package var suspicions: UInt64 = 0
    package var deaths: UInt64 = 0
    package var nameConflicts: UInt64 = 0
    package var recordFetches: UInt64 = 0
    /// Times that this process woke up too late to judge others.
    package var stalls: UInt64 = 0
    /// Comparisons with another member that found nothing different, and those that did.
    package var comparisonsEqual: UInt64 = 0
    package var comparisonsDifferent: UInt64 = 0
    /// Lifeguard's score: 0 is well, each point stretches probe times once more; a gauge.
    package var healthScore = 0
    /// How late this member's answers may come, as it tells others: milliseconds, a power of two seconds; a gauge.
    package var latenessMilliseconds = 0
    /// News that wait to be sent; a gauge.
    package var queueLength = 0
    /// Members listed, dead ones and this one included; a gauge.
    package var members = 0

    /// The version that is spoken here; a gauge.
    package var protocolVersion = 0

    package init() {}
}
