internal import ClusterModel

/// The addresses through which this member finds the cluster, and whom it found there.
struct SeedList {
    struct Seed {
        let address: HostPort
        /// Who answered there last.
        var member: MemberID?
        /// An attempt that is under way.
        var stream: StreamID?
    }

    private(set) var seeds: [Seed] = []
    /// Whether a seed has taken this member in, or there is none to ask.
    private(set) var hasJoined = true
    /// Those that had their turn in the present round.
    private var triedInRound: Set<Int> = []

    /// Replaces the seeds and begins to join.
    mutating func begin(with addresses: [HostPort], excluding local: HostPort) {
        var seen: Set<HostPort> = [local]
        seeds = addresses.filter { seen.insert($0).inserted }.map { Seed(address: $0) }
        hasJoined = seeds.isEmpty
    }

    /// The seed that is asked on this stream.
    func address(askedOn stream: StreamID) -> HostPort? { seeds.first { $0.stream == stream }?.address }

    mutating func joined() {
        hasJoined = true
    }

    /// Which of these seeds is to be tried now: each has its turn in each round, so that one at which nobody will ever
    /// answer takes no more than its share of the time. The order is drawn anew for each round.
    mutating func takeTurn(of candidates: [Int], using random: inout some RandomNumberGenerator) -> Int? {
        if candidates.allSatisfy({ triedInRound.contains($0) }) { triedInRound.removeAll() }
        let turn = candidates.filter { !triedInRound.contains($0) }.randomElement(using: &random)
        if let turn { triedInRound.insert(turn) }
        return turn
    }

    mutating func started(_ index: Int, stream: StreamID) {
        guard seeds.indices.contains(index) else { return }
        seeds[index].stream = stream
    }

    /// Somebody is known to answer at a seed's address.
    mutating func found(_ index: Int, member: MemberID) {
        guard seeds.indices.contains(index) else { return }
        seeds[index].member = member
    }

    /// - Parameter member: who answered; nil if nobody did.
    mutating func ended(stream: StreamID, answeredBy member: MemberID?) {
        guard let index = seeds.firstIndex(where: { $0.stream == stream }) else { return }
        seeds[index].stream = nil
        if let member { seeds[index].member = member }
    }
}
