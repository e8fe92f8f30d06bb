/// The numbers of the protocol, all in milliseconds or bytes.
package struct RaftSettings: Hashable, Sendable {
    /// A leader's heartbeats come this often.
    package var heartbeatMilliseconds = 150
    /// For so long after it heard of a leader, or after its own start, a voter helps nobody else to become one. What the
    /// lease stands on.
    package var voteHoldMilliseconds = 1500
    /// A follower that hears nothing campaigns after the vote hold and up to so much more, at random.
    package var electionSpreadMilliseconds = 500

    /// A message holds about so many bytes of entries at most, or a single entry.
    package var maximumAppendBytes = 256 * 1024
    /// So many messages with entries may be under way to a peer.
    package var maximumInflightMessages = 64
    package var maximumInflightBytes = 1024 * 1024
    /// More that is not committed is refused.
    package var maximumUncommittedBytes = 4 * 1024 * 1024
    package var maximumCommandBytes = 256 * 1024
    package var maximumReads = 10_000

    /// A snapshot is taken when so much has been applied since the last one.
    package var snapshotAfterEntries = 4096
    package var snapshotAfterBytes = 4 * 1024 * 1024
    /// Entries that stay behind a snapshot, for peers that lag a little.
    package var keptEntries = 256
    package var snapshotChunkBytes = 64 * 1024
    /// A longer one is not taken in.
    package var maximumSnapshotBytes = 64 * 1024 * 1024

    package init() {}

    /// Within a site.
    package static let lan = Self()

    /// Between sites: all times are four times as long.
    package static let wan: Self = {
        var settings = Self()
        settings.heartbeatMilliseconds *= 4
        settings.voteHoldMilliseconds *= 4
        settings.electionSpreadMilliseconds *= 4
        return settings
    }()

    /// How long a leader may act on a heartbeat that a majority has answered, from the moment it was sent. Less than the
    /// vote hold, so that clocks may differ in rate by a tenth.
    package var leaseMilliseconds: Int { voteHoldMilliseconds * 9 / 10 }

    /// A leader writes at least this often, to know that its disk takes it.
    var diskTrialMilliseconds: Int { voteHoldMilliseconds / 3 }

    /// A candidate that did not win tries again after this and up to three times as much.
    var retryMilliseconds: Int { 2 * heartbeatMilliseconds }
}
