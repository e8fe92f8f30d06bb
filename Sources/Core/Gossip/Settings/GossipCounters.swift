package import ClusterModel

/// What the gossip layer has counted since it started, and some gauges. What each means stands in `metrics`.
package struct GossipCounters: Hashable, Sendable {
    package var packetsIn: UInt64 = 0
    package var packetsOut: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    package var streamsIn: UInt64 = 0
    package var streamsOut: UInt64 = 0
    package var streamFailures: UInt64 = 0
    package var decodeFailures: UInt64 = 0
    /// Counted by the transport.
    package var decryptFailures: UInt64 = 0
    package var foreignCluster: UInt64 = 0
    package var unsupportedVersion: UInt64 = 0
    package var senderMismatches: UInt64 = 0
    /// Claims that were dropped because the table of members was full.
    package var membersRefused: UInt64 = 0
    package var replays: UInt64 = 0
    package var incredibleNumbers: UInt64 = 0
    package var probes: UInt64 = 0
    package var probeFailures: UInt64 = 0
    package var indirectProbes: UInt64 = 0
    package var doubts: UInt64 = 0
    package var nacksIn: UInt64 = 0
    package var nacksOut: UInt64 = 0
    package var refutations: UInt64 = 0
    package var suspicions: UInt64 = 0
    package var deaths: UInt64 = 0
    package var nameConflicts: UInt64 = 0
    /// Records that were asked for by TCP.
    package var recordFetches: UInt64 = 0
    package var stalls: UInt64 = 0
    package var comparisonsEqual: UInt64 = 0
    package var comparisonsDifferent: UInt64 = 0

    package var healthScore = 0
    package var latenessMilliseconds = 0
    package var queueLength = 0
    package var members = 0
    package var protocolVersion = 0

    package init() {}
}

extension GossipCounters {
    /// In the order of STATUS.
    package var metrics: [Metric] {
        [
            .gauge("GOSSIP_MEMBERS", members, "Members listed, dead ones and this one included."),
            .counter("GOSSIP_MEMBERS_REFUSED", membersRefused, "News of members that there was no room for."),
            .counter("GOSSIP_PACKETS_IN", packetsIn, "Datagrams received."),
            .counter("GOSSIP_PACKETS_OUT", packetsOut, "Datagrams sent."),
            .counter("GOSSIP_BYTES_IN", bytesIn, in: .bytes, "Received in datagrams."),
            .counter("GOSSIP_BYTES_OUT", bytesOut, in: .bytes, "Sent in datagrams."),
            .counter("GOSSIP_STREAMS_IN", streamsIn, "Requests that came by TCP."),
            .counter("GOSSIP_STREAMS_OUT", streamsOut, "Requests sent by TCP."),
            .counter("GOSSIP_STREAM_FAILURES", streamFailures, "Requests by TCP that got no answer."),
            .counter("GOSSIP_RECORD_FETCHES", recordFetches, "Records of members that were asked for by TCP."),
            .counter("GOSSIP_DECODE_FAILURES", decodeFailures, "Packets and frames that were no valid message."),
            .counter("GOSSIP_DECRYPT_FAILURES", decryptFailures, "Packets and frames that no key opened."),
            .counter("GOSSIP_FOREIGN_CLUSTER", foreignCluster, "Packets and frames of another cluster."),
            .counter(
                "GOSSIP_UNSUPPORTED_VERSION",
                unsupportedVersion,
                "Packets and frames in a version that is not read here, and members that share none with all others."
            ),
            .counter(
                "GOSSIP_SENDER_MISMATCHES",
                senderMismatches,
                "Packets and frames that name another sender than the one that sealed them."
            ),
            .counter("GOSSIP_REPLAYS", replays, "Sealed datagrams that had come before, or are too old to tell."),
            .counter(
                "GOSSIP_INCREDIBLE_NUMBERS",
                incredibleNumbers,
                "Incarnations and versions that no member can have counted up to."
            ),
            .gauge("GOSSIP_PROTOCOL_VERSION", protocolVersion, "The version of the protocol that is spoken here."),
            .counter("GOSSIP_PROBES", probes, "Members that were asked whether they live."),
            .counter("GOSSIP_PROBE_FAILURES", probeFailures, "Probes that no ack answered in time by any way."),
            .counter("GOSSIP_INDIRECT_PROBES", indirectProbes, "Helpers that were asked to ping a silent member."),
            .counter("GOSSIP_DOUBTS", doubts, "Members that were given more time after a failed probe."),
            .counter("GOSSIP_NACKS_IN", nacksIn, "Answers of helpers that there is no ack so far."),
            .counter("GOSSIP_NACKS_OUT", nacksOut, "Answers as a helper that there is no ack so far."),
            .gauge("GOSSIP_HEALTH_SCORE", healthScore, "0 is well; each point stretches probe times once more."),
            .gauge(
                "GOSSIP_LATENESS_MS",
                latenessMilliseconds,
                in: .milliseconds,
                "How late this member's answers may come, as it tells the others."
            ),
            .counter("GOSSIP_STALLS", stalls, "Times that this process woke up too late to judge others."),
            .counter(
                "GOSSIP_COMPARISONS_EQUAL",
                comparisonsEqual,
                "Comparisons with a member that found no difference."
            ),
            .counter("GOSSIP_COMPARISONS_DIFFERENT", comparisonsDifferent, "Comparisons that found one."),
            .counter("GOSSIP_SUSPICIONS", suspicions, "Members that became suspect."),
            .counter("GOSSIP_DEATHS", deaths, "Members that were given up."),
            .counter("GOSSIP_REFUTATIONS", refutations, "Rumours about this member that it had to refute."),
            .counter("GOSSIP_NAME_CONFLICTS", nameConflicts, "Signs of two living processes with one name."),
            .gauge("GOSSIP_QUEUE_LENGTH", queueLength, "News that wait to be sent."),
        ]
    }
}
