internal import ClusterModel

/// The pings that this member sends on behalf of others, and to whom their acks go.
struct PingRelays: Sendable {
    struct Relay: Sendable {
        let target: MemberID
        let requester: HostPort
        /// The requester's own number for its probe.
        let requesterSequence: UInt32
        /// When the requester is told that no ack has come so far (Lifeguard, section IV.A: nack).
        let nackAt: MonotonicTime
        let expiresAt: MonotonicTime
    }

    private static let maximum = 1024
    private var relays: [UInt32: Relay] = [:]
    /// Sequences in order of expiry.
    private var order: [UInt32] = []
    /// Those of `order` before this place have been told of, or need not be.
    private var nextNack = 0

    var count: Int { relays.count }

    /// - Returns: false when too many are under way.
    mutating func add(_ relay: Relay, sequence: UInt32, now: MonotonicTime) -> Bool {
        expire(now: now)
        guard relays.count < Self.maximum, relays[sequence] == nil else { return false }
        relays[sequence] = relay
        order.append(sequence)
        return true
    }

    /// The relay that an ack from `sender` answers; it is answered once.
    mutating func take(_ sequence: UInt32, from sender: MemberID, now: MonotonicTime) -> Relay? {
        guard !relays.isEmpty, let relay = relays[sequence], relay.target == sender, relay.expiresAt >= now else {
            return nil
        }
        relays[sequence] = nil
        return relay
    }

    /// When a requester must be told next that no ack has come.
    var nextNackAt: MonotonicTime? {
        guard !relays.isEmpty else { return nil }
        return order[nextNack...].lazy.compactMap { relays[$0]?.nackAt }.first
    }

    /// The next relay whose requester must be told now; each is returned once.
    mutating func takeNack(now: MonotonicTime) -> Relay? {
        while nextNack < order.count {
            guard let relay = relays[order[nextNack]] else {
                nextNack += 1
                continue
            }
            guard relay.nackAt <= now else { return nil }
            nextNack += 1
            return relay
        }
        return nil
    }

    private mutating func expire(now: MonotonicTime) {
        let expired = order.prefix { sequence in
            guard let relay = relays[sequence] else { return true }
            return relay.expiresAt < now
        }
        for sequence in expired { relays[sequence] = nil }
        nextNack = max(0, nextNack - expired.count)
        order.removeFirst(expired.count)
    }
}
