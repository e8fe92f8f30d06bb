internal import ClusterModel

/// Votes, or promises of them, in one election.
struct Ballot: Sendable {
    private(set) var granted: Set<PeerID> = []

    mutating func grant(_ peer: PeerID) { granted.insert(peer) }

    func isWon(in configuration: Configuration) -> Bool { configuration.isMajority(granted) }
}

/// A voter's promise to leaders: it helps nobody else for a while after it has heard of one. Its own start counts as
/// such, for what it heard before is forgotten.
struct VoteHold: Sendable {
    private(set) var heard: BootTime

    init(start: BootTime) { heard = start }

    mutating func hear(at now: BootTime) { heard = max(heard, now) }

    func end(_ settings: RaftSettings) -> BootTime { heard.adding(milliseconds: settings.voteHoldMilliseconds) }
}
