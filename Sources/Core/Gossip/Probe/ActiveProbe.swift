internal import ClusterModel

/// The probe of the current protocol period (SWIM, section 3.1): a ping; if no ack comes in time, pings through other
/// members and over a stream; a verdict at the period's end.
struct ActiveProbe: Sendable {
    enum Stage: Sendable {
        case direct(until: MonotonicTime)
        /// Others have been asked; the target itself is pinged once more at that time.
        case indirect(again: MonotonicTime?)
    }

    let target: MemberSlot
    let sequence: UInt32
    let endsAt: MonotonicTime
    var stage: Stage
    /// Helpers that were asked and have said neither yes nor no (Lifeguard, section IV.A).
    var silentHelpers: [MemberID] = []
    /// How many were asked.
    var helperCount = 0

    /// When something must be done about it.
    var nextStep: MonotonicTime {
        switch stage {
        case .direct(let until): min(until, endsAt)
        case .indirect(let again): min(again ?? endsAt, endsAt)
        }
    }
}
