internal import ClusterModel

/// Members that have not answered a probe of this member, and of which it has told nobody yet: the time between a probe
/// that failed and a suspicion.
///
/// A suspicion and its refutation are news that every member passes on. Where packets are lost, or members get to
/// their messages late, most suspicions are wrong; an answer that comes after all then costs nothing.
struct Doubts: Sendable {
    struct Doubt: Sendable {
        let sequence: UInt32
        let since: MonotonicTime
        /// When it becomes a suspicion.
        var until: MonotonicTime
        var nextPing: MonotonicTime
        var pauseMilliseconds: Int
    }

    private static let longestPauseMilliseconds = 4000

    private var doubts = SlotMap<Doubt>()

    subscript(slot: MemberSlot) -> Doubt? { doubts[slot] }

    /// When something must be done about one of them.
    var nextStep: MonotonicTime? { doubts.values.lazy.map { min($0.until, $0.nextPing) }.min() }

    /// - Parameters:
    ///   - sequence: of the probe, and of the pings that follow.
    ///   - firstPing: until the first of them, in milliseconds; then `firstPause` until the next, and longer and longer.
    mutating func begin(
        about slot: MemberSlot,
        sequence: UInt32,
        milliseconds: Int,
        firstPing: Int,
        firstPause: Int,
        now: MonotonicTime
    ) {
        doubts[slot] = Doubt(
            sequence: sequence,
            since: now,
            until: now.adding(milliseconds: milliseconds),
            nextPing: now.adding(milliseconds: firstPing),
            pauseMilliseconds: max(1, firstPause)
        )
    }

    mutating func end(about slot: MemberSlot) { doubts[slot] = nil }

    mutating func removeAll() { doubts = SlotMap() }

    /// Whom an ack with this sequence is from.
    func slot(of sequence: UInt32) -> MemberSlot? {
        doubts.values.firstIndex { $0.sequence == sequence }.map { doubts.slots[$0] }
    }

    /// Who has not answered until now.
    func ended(now: MonotonicTime) -> [MemberSlot] {
        doubts.isEmpty ? [] : zip(doubts.slots, doubts.values).filter { $0.1.until <= now }.map(\.0)
    }

    /// Who is to be pinged again, with which sequence; less and less often.
    mutating func takePings(now: MonotonicTime) -> [(slot: MemberSlot, sequence: UInt32)] {
        guard !doubts.isEmpty else { return [] }
        return doubts.slots.compactMap { slot in
            doubts.modify(slot) { doubt in
                guard doubt.nextPing <= now else { return nil }
                doubt.nextPing = now.adding(milliseconds: doubt.pauseMilliseconds)
                doubt.pauseMilliseconds = min(2 * doubt.pauseMilliseconds, Self.longestPauseMilliseconds)
                return (slot, doubt.sequence)
            } ?? nil
        }
    }

    /// This process slept: those that have answered meanwhile get the time to say so.
    mutating func restart(milliseconds: Int, now: MonotonicTime) {
        let fresh = now.adding(milliseconds: milliseconds)
        for slot in doubts.slots { _ = doubts.modify(slot) { $0.until = max($0.until, fresh) } }
    }
}
