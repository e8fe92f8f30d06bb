/// The tunable numbers of the protocol. The defaults suit a local network and clusters of a few dozen members.
///
/// With three members and these values a killed one is suspected after at most 1.5 s (two probe intervals until its
/// turn comes, less the part that lies before the kill, and one for the probe itself) and dead 2 s later.
package struct GossipSettings: Hashable, Sendable {
    /// Checked in every packet; packets of another cluster are dropped. At most 255 bytes of UTF-8.
    package var clusterName: String
    /// What this process reads and writes. Less than all that the code has, or in simulations more, to see clusters
    /// of old and new members.
    package var protocolVersions = ProtocolVersions.supported

    // MARK: Failure detection (SWIM, section 3.1)

    /// The protocol period: one member is probed in each.
    package var probeIntervalMilliseconds = 500
    /// How long a direct ping may take before others are asked to ping too. Less than the probe interval.
    package var ackTimeoutMilliseconds = 200
    /// How many members are asked to ping on our behalf.
    package var indirectProbes = 3
    /// A process that wakes up later than this was itself paused, and so condemns nobody for the time it slept.
    package var stallThresholdMilliseconds = 1000

    // MARK: Local health (Lifeguard, section IV.A)

    /// The greatest score: a member in trouble probes at most so many times more slowly, plus once.
    package var maximumHealthScore = 8
    /// Which parts of Lifeguard are in use; without any it is plain SWIM.
    package var lifeguard = Lifeguard.all

    package struct Lifeguard: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Slower probes and longer timeouts while this member itself seems to be in trouble.
        package static let localHealth = Self(rawValue: 1)
        /// Suspicions that begin long and shrink with each further accuser.
        package static let suspicionConfirmations = Self(rawValue: 2)
        /// A suspect is told first, by whoever speaks to it.
        package static let buddySystem = Self(rawValue: 4)
        /// A process that slept drops its probe and gives suspects fresh time; not in the paper.
        package static let stallGuard = Self(rawValue: 8)
        /// Who was not suspected here before is not dead because another says so; not in the paper.
        package static let noDeathByHearsay = Self(rawValue: 16)
        /// Who did not answer is suspected, and talked of, only when it has not answered for some more time; not in the
        /// paper.
        package static let doubt = Self(rawValue: 32)
        package static let all: Self = [
            .localHealth, .suspicionConfirmations, .buddySystem, .stallGuard, .noDeathByHearsay, .doubt,
        ]
    }

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
    /// An urgent change of the member's own record does not wait for the next of them, but keeps this pause after the
    /// last one.
    package var ownNewsPauseMilliseconds = 20
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
    /// All members together pass on about so many changes of load and lag in a second: with more members each waits
    /// longer between two, so that the traffic of one does not grow with the cluster.
    package var routineRecordsPerSecond = 40
    /// The least time between two fetches of one member's record.
    package var recordFetchIntervalMilliseconds = 250
    /// How many fetches may be under way.
    package var maximumConcurrentFetches = 4

    // MARK: Joining and anti-entropy

    /// How often all seeds are tried until one has answered.
    package var joinIntervalMilliseconds = 500
    /// The time between comparisons with a random member, ± a quarter.
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

    /// Between sites: round trips of up to a second, and patience with links that fail for a few seconds. A killed
    /// member of three is dead after some 20 s.
    package static func wideArea(clusterName: String) -> Self {
        var settings = Self(clusterName: clusterName)
        settings.probeIntervalMilliseconds = 3000
        settings.ackTimeoutMilliseconds = 1500
        settings.stallThresholdMilliseconds = 3000
        settings.suspicionMultiplier = 5
        settings.gossipIntervalMilliseconds = 500
        settings.gossipFanout = 4
        settings.recordRefreshIntervalMilliseconds = 5000
        settings.recordFetchIntervalMilliseconds = 1000
        settings.joinIntervalMilliseconds = 2000
        settings.pushPullIntervalMilliseconds = 60_000
        settings.reconnectIntervalMilliseconds = 15_000
        settings.leaveTimeoutMilliseconds = 5000
        return settings
    }

    /// Changes the probe interval; acks are then waited for no longer than half of it, so that there is time for
    /// others' help before a probe ends.
    package mutating func probe(everyMilliseconds interval: Int) {
        probeIntervalMilliseconds = interval
        ackTimeoutMilliseconds = min(ackTimeoutMilliseconds, max(1, interval / 2))
    }

    /// The bytes of a datagram before sealing.
    var datagramBudget: Int { max(256, maximumDatagramBytes - sealingOverheadBytes) }

    /// One who is gone for longer is not told of any more.
    var oldAfterMilliseconds: Int { max(0, forgetAfterMilliseconds / 2) }

    /// How long a helper waits for the ack before it says that none has come, so that the asker hears of it in time.
    var nackAfterMilliseconds: Int { max(1, min(ackTimeoutMilliseconds, probeIntervalMilliseconds / 2)) }

    /// The least time between two routine changes of one member's record.
    func recordRefreshMilliseconds(members: Int) -> Int {
        let share = members.multipliedReportingOverflow(by: 1000).partialValue / max(1, routineRecordsPerSecond)
        return max(recordRefreshIntervalMilliseconds, share)
    }

    /// λ·⌈log10(n + 1)⌉ (SWIM, section 4.1), and at least 2·λ: with λ alone one in e^λ would miss a piece of news while
    /// a small cluster grows, and learn of it only in the next comparison.
    func retransmitLimit(members: Int) -> Int {
        retransmitMultiplier * max(2, Logarithm.ceilingOfLog10(members + 1))
    }
}
