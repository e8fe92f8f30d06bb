internal import ClusterModel

/// What a leader knows in its term.
struct Leadership: Sendable {
    /// The way out: each step is taken at most once in a term, and none is taken back once leave is given.
    enum Handover: Sendable {
        /// The tenure ends: what it allowed is still on its way.
        case closing(to: PeerID)
        /// The other one is to have the whole log.
        case catchingUp(PeerID)
        /// It may campaign, whenever it hears of that: nothing is done by this term's tenure any more.
        case given(PeerID)
    }

    let since: BootTime
    /// The entry that begins the term.
    let firstIndex: LogIndex
    /// Of all others.
    var progress: [PeerID: Progress]
    var rounds = HeartbeatRounds()
    var leaseEnds: BootTime?
    var nextBeat: BootTime
    /// Questions, and the round that proves for each that this peer leads still.
    var reads: [(request: RequestID, round: RoundNumber)] = []
    var handover: Handover?
    var handoverEnds = BootTime.distantFuture

    /// A majority was with this leader then.
    var contact: BootTime { rounds.provenAt ?? since }

    var isLeaveGiven: Bool { if case .given = handover { true } else { false } }
}
