internal import ClusterModel

/// What a leader knows in its term.
struct Leadership: Sendable {
    /// The way out. It ends with leave for the other one to campaign, and with it the leadership.
    enum Handover: Sendable {
        /// The tenure ends: what it allowed is still on its way.
        case closing(GateClosing, to: PeerID)
        /// The other one is to have the whole log.
        case catchingUp(PeerID)
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
    /// How many there have been.
    var handovers = 0

    /// A majority was with this leader then.
    var contact: BootTime { rounds.provenAt ?? since }
}
