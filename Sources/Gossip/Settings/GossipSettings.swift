/// The tunable numbers of the protocol. The defaults suit a local network and clusters of a few dozen members.
///
/// With three members and these values a killed one is suspected after at most 1.5 s (two probe intervals until its
/// turn comes, less the part that lies before the kill, and one for the probe itself) and dead 2 s later.
package struct GossipSettings: Hashable, Sendable {
    /// Checked in every packet; packets of another cluster are dropped. At most 255 bytes of UTF-8.
    package var clusterName: String

    // MARK: Failure detection (SWIM, section 3.1)

    /// The protocol period: one member is probed in each.
    package var probeIntervalMilliseconds = 500
    /// How long a direct ping may take before others are asked to ping too. Less than the probe interval.
    package var ackTimeoutMilliseconds = 200
    /// How many members are asked to ping on our behalf.
    package var indirectProbes = 3
    /// A process that wakes up later than this was itself paused, and so condemns nobody for the time it slept.
    package var stallThresholdMilliseconds = 1000

    // MARK: Suspicion (SWIM, section 4.2; Lifeguard, section IV.B)

    /// The shortest suspicion lasts this many probe intervals, times log10 of the number of members if over 1.
    package var suspicionMultiplier = 4
    /// The longest suspicion (nobody else agrees) lasts this many times the shortest.
    package var suspicionMaximumFactor = 3
    /// With this many independent confirmations a suspicion lasts its shortest time.
    package var suspicionConfirmations = 2

    // MARK: Dissemination (SWIM, section 4.1)

    /// While something urgent waits, packets of news alone go out this often.
    package var gossipIntervalMilliseconds = 150
    /// How many members each such round reaches.
    package var gossipFanout = 3
    /// λ: a piece of news is sent λ·⌈log10(n + 1)⌉ times by each member.
    package var retransmitMultiplier = 4
    /// A dead member is still told for this long, so that one that lives can refute.
    package var gossipToDeadMilliseconds = 30_000
    /// The largest datagram, sealed.
    package var maximumDatagramBytes = 1400
    /// What sealing a datagram may add to its length.
    package var sealingOverheadBytes = 64

    // MARK: Records

    /// A longer record is only announced in datagrams and fetched over a stream.
    package var maximumPiggybackedRecordBytes = 1000
    /// Changes of load and lag are passed on at most this often.
    package var recordRefreshIntervalMilliseconds = 1000
    /// The least time between two fetches of one member's record.
    package var recordFetchIntervalMilliseconds = 250
    /// How many fetches may be under way.
    package var maximumConcurrentFetches = 4

    // MARK: Joining and anti-entropy

    /// How often all seeds are tried until one has answered.
    package var joinIntervalMilliseconds = 500
    /// The time between full exchanges with a random member, ± a quarter.
    package var pushPullIntervalMilliseconds = 20_000
    /// How often a dead member or a seed that stands for no living member is tried, so that partitions heal.
    package var reconnectIntervalMilliseconds = 5_000
    /// Members that died or left are listed this long and then forgotten.
    package var forgetAfterMilliseconds = 24 * 3600 * 1000
    /// How long a leaving member waits at most for its farewell to be sent.
    package var leaveTimeoutMilliseconds = 2_000

    // MARK: Bounds

    /// Claims about further members are dropped.
    package var maximumMembers = 16_384
    /// A conflict of names is reported at most this often for each name.
    package var conflictReportIntervalMilliseconds = 30_000

    package init(clusterName: String) {
        self.clusterName = clusterName
    }

    /// The bytes of a datagram before sealing.
    var datagramBudget: Int { max(256, maximumDatagramBytes - sealingOverheadBytes) }

    /// λ·⌈log10(n + 1)⌉ (SWIM, section 4.1).
    func retransmitLimit(members: Int) -> Int {
        retransmitMultiplier * max(1, Logarithm.ceilingOfLog10(members + 1))
    }
}
