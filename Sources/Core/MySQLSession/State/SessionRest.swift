/// For how long a session rests: nothing is under way in it and its client says nothing.
///
/// Times are in nanoseconds of one monotonic clock.
package struct SessionRest: Sendable {
    /// The client has sent something since the last look.
    package var isActive = true
    private var idleSince: UInt64?
    private var quietSince: UInt64 = 0
    private var wasAtRest = false
    private var isLookDue = false

    package init() {}

    /// One look in regular times.
    ///
    /// - Parameter isResting: no command is under way.
    /// - Returns: whether looks have found it at rest for so long.
    package mutating func isOver(limit: UInt64, isResting: Bool, now: UInt64) -> Bool {
        defer { isActive = false }
        guard !isActive, isResting else {
            idleSince = nil
            return false
        }
        let since = idleSince ?? now
        idleSince = since
        return now - since >= limit
    }

    // MARK: - While the sidecar stops

    /// How long a client may take that has just been answered and says more that belongs to it.
    package static let quietNanoseconds: UInt64 = 500_000_000

    package enum Quiet: Hashable, Sendable {
        /// It has been at rest for long enough.
        case over
        /// Ask again then.
        case look(at: UInt64)
        /// Ask again when something has happened, or when it was said before.
        case unknown
    }

    /// Something has happened in the session, or the time has come to look.
    ///
    /// - Parameters:
    ///   - isAtRest: nothing would be lost by ending the session now.
    ///   - isDue: it is the time of `Quiet.look`.
    package mutating func quiet(isAtRest: Bool, isDue: Bool, now: UInt64) -> Quiet {
        if isActive || !isAtRest || !wasAtRest { quietSince = now }
        isActive = false
        wasAtRest = isAtRest
        if isDue { isLookDue = false }
        guard isAtRest, !isLookDue else { return .unknown }
        let end = quietSince + Self.quietNanoseconds
        guard now < end else { return .over }
        isLookDue = true
        return .look(at: end)
    }
}
