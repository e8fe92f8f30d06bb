internal import Foundation

/// What the network does to packets; changed while a run goes on.
package struct NetworkModel: Sendable {
    /// One way, of each packet.
    package enum Latency: Sendable {
        case uniform(minimumMicroseconds: Int, maximumMicroseconds: Int)
        /// A least time, and on top one that is exponentially distributed: most packets are fast, few are very late,
        /// and so packets overtake each other.
        case exponential(minimumMicroseconds: Int, meanMicroseconds: Int)
    }

    package var latency = Latency.exponential(minimumMicroseconds: 200, meanMicroseconds: 300)
    /// Probability that a packet is lost. A stream loses single packets too and sends them again.
    package var loss = 0.0
    package var duplication = 0.0
    /// Probability that somebody records a packet and sends it again, up to `maximumReplayMilliseconds` later.
    package var replay = 0.0
    /// Probability that a packet is held back for up to `reorderMilliseconds`.
    package var reordering = 0.0
    package var reorderMilliseconds = 50
    /// By host; hosts of different sides do not reach each other. Empty: no partition.
    package var sides: [UInt8] = []
    /// With a partition: packets from the greater to the smaller side pass, those the other way do not.
    package var isOneWay = false
    /// Pairs (from, to) that are cut on top, in this direction.
    package var cutPairs: Set<HostPair> = []
    /// Probability that a packet to or from such a host is lost, on top.
    package var hostLoss: [HostID: Double] = [:]

    package init() {}

    /// After so long a stream without an answer is given up.
    package static let streamTimeoutMilliseconds = 5000
    package static let maximumReplayMilliseconds = 30_000
    /// A lost packet of a stream is sent again after this time.
    private static let retransmissionMicroseconds = 250_000

    package func isCut(from: HostID, to: HostID) -> Bool {
        if !cutPairs.isEmpty, cutPairs.contains(HostPair(from: from, to: to)) { return true }
        guard !sides.isEmpty else { return false }
        let (one, other) = (side(of: from), side(of: to))
        guard one != other else { return false }
        return isOneWay ? one < other : true
    }

    private func side(of host: HostID) -> UInt8 {
        sides.indices.contains(host.number) ? sides[host.number] : 0
    }

    /// The delays of a packet's copies; none if it is lost.
    package func datagram(from: HostID, to: HostID, using random: inout SimulatorRandom) -> [Int] {
        if isCut(from: from, to: to) || random.chance(lossRate(from, to)) { return [] }
        var delays = [microseconds(using: &random)]
        if random.chance(reordering) { delays[0] += random.integer(in: 0...(reorderMilliseconds * 1000)) }
        if random.chance(duplication) { delays.append(delays[0] + microseconds(using: &random)) }
        if random.chance(replay) { delays.append(random.integer(in: 0...(Self.maximumReplayMilliseconds * 1000))) }
        return delays
    }

    /// How long one direction of a stream takes; nil if nothing comes through.
    package func stream(
        from: HostID,
        to: HostID,
        roundTrips: Int,
        using random: inout SimulatorRandom
    ) -> Int? {
        guard !isCut(from: from, to: to), !isCut(from: to, to: from) else { return nil }
        var total = 0
        for _ in 0..<max(1, roundTrips) {
            var pause = Self.retransmissionMicroseconds
            while random.chance(lossRate(from, to)) {
                total += pause
                pause *= 2
                if total > Self.streamTimeoutMilliseconds * 1000 { return nil }
            }
            total += microseconds(using: &random)
        }
        return total
    }

    private func lossRate(_ from: HostID, _ to: HostID) -> Double {
        hostLoss.isEmpty ? loss : max(loss, hostLoss[from] ?? 0, hostLoss[to] ?? 0)
    }

    private func microseconds(using random: inout SimulatorRandom) -> Int {
        switch latency {
        case .uniform(let minimum, let maximum):
            return random.integer(in: minimum...max(minimum, maximum))
        case .exponential(let minimum, let mean):
            return minimum + Int(-log(1 - random.fraction()) * Double(mean))
        }
    }
}

/// A machine of the simulated network: an address.
package struct HostID: Hashable, Sendable {
    package let number: Int
    package init(_ number: Int) { self.number = number }
}

package struct HostPair: Hashable, Sendable {
    package var from: HostID
    package var to: HostID

    package init(from: HostID, to: HostID) {
        self.from = from
        self.to = to
    }
}
