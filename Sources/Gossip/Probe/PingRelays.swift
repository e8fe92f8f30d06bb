internal import ClusterModel

/// The pings that this member sends on behalf of others, and to whom their acks go.
struct PingRelays {
    struct Relay {
        let target: MemberID
        let requester: HostPort
        /// The requester's own number for its probe.
        let requesterSequence: UInt32
        let expiresAt: MonotonicTime
    }

    private static let maximum = 1024
    private var relays: [UInt32: Relay] = [:]
    /// Sequences in order of expiry.
    private var order: [UInt32] = []

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
        guard let relay = relays[sequence], relay.target == sender, relay.expiresAt >= now else { return nil }
        relays[sequence] = nil
        return relay
    }

    private mutating func expire(now: MonotonicTime) {
        let expired = order.prefix { sequence in
            guard let relay = relays[sequence] else { return true }
            return relay.expiresAt < now
        }
        for sequence in expired { relays[sequence] = nil }
        order.removeFirst(expired.count)
    }
}
