package import ClusterModel

/// A leader's heartbeats: which of them a majority has answered, and what that gives it.
///
/// A voter that answers a round promises to help no one else for the vote hold from when it heard of it, which is after it
/// was sent: so the lease counts from the sending.
struct HeartbeatRounds: Sendable {
    private var sent: [(number: RoundNumber, at: BootTime)] = []
    private var answered: [PeerID: RoundNumber] = [:]
    private(set) var last = RoundNumber.zero
    /// The last round that a majority has answered.
    private(set) var proven = RoundNumber.zero
    /// When it was sent.
    private(set) var provenAt: BootTime?
    /// The first round under the present configuration.
    private var firstOfConfiguration = RoundNumber(rawValue: 1)

    /// Answers to older ones come too late to matter.
    private static let remembered = 128

    /// A majority of the present configuration's has answered a round that was sent since it is present.
    var hasProvenConfiguration: Bool { proven >= firstOfConfiguration }

    mutating func begin(now: BootTime) -> RoundNumber {
        last = last.next
        sent.append((last, now))
        if sent.count > Self.remembered { sent.removeFirst() }
        return last
    }

    mutating func configurationChanged() {
        firstOfConfiguration = last.next
    }

    /// - Parameter own: this peer, which answers its own rounds.
    /// - Returns: whether a majority has answered a later round than before.
    mutating func answer(_ round: RoundNumber, by peer: PeerID, own: PeerID, _ configuration: Configuration) -> Bool {
        guard round <= last else { return false }
        answered[peer] = max(answered[peer] ?? .zero, round)
        answered[own] = last
        guard let agreed = configuration.agreed({ answered[$0] ?? .zero }), agreed > proven,
            let round = sent.last(where: { $0.number == agreed })
        else { return false }
        proven = agreed
        provenAt = max(provenAt ?? round.at, round.at)
        return true
    }
}

/// The right to act as leader without asking: in this term, until that moment.
package struct Tenure: Equatable, Sendable {
    package let term: Term
    package let ends: BootTime
}
