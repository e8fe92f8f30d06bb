internal import ClusterModel

/// A member under suspicion: how long it has to refute (SWIM, section 4.2).
///
/// The time starts long and shrinks with each further member that suspects the same one (Lifeguard, section IV.B,
/// "LHA-Suspicion"): `max − (max − min)·log(c + 1)/log(k + 1)` after `c` of `k` expected confirmations. A single
/// accuser with a bad network or a slow process so leaves more time than several that agree.
struct Suspicion: Sendable {
    private let startedAt: MonotonicTime
    private let minimumMilliseconds: Int
    private let maximumMilliseconds: Int
    private let expectedConfirmations: Int
    /// The first is the one who raised the suspicion, so confirmations are one fewer.
    private var accusers: [MemberID]
    /// Added when this process was paused meanwhile.
    private var graceMilliseconds = 0

    /// - Parameters:
    ///   - members: how many members are present, the suspect and this one included.
    ///   - patience: stretches the time of a suspicion that nobody confirms: one who may itself be in trouble leaves
    ///     the verdict to others.
    init(accuser: MemberID?, members: Int, patience: Int, settings: GossipSettings, now: MonotonicTime) {
        startedAt = now
        accusers = accuser.map { [$0] } ?? []
        let scale = max(1, Logarithm.base2(Double(max(1, members))) / Logarithm.base2(10))
        let interval = Double(settings.suspicionMultiplier * settings.probeIntervalMilliseconds)
        minimumMilliseconds = Int((interval * scale).rounded())
        // The suspect and this member confirm nothing; if too few others remain, none are waited for.
        let possible = members - 2
        let isConfirmed = settings.lifeguard.contains(.suspicionConfirmations)
        expectedConfirmations =
            isConfirmed && possible >= settings.suspicionConfirmations ? settings.suspicionConfirmations : 0
        let factor = expectedConfirmations == 0 ? 1 : max(1, settings.suspicionMaximumFactor)
        maximumMilliseconds = minimumMilliseconds * factor * max(1, patience)
        deadline = now
        updateDeadline()
    }

    /// Who raised the suspicion.
    var firstAccuser: MemberID? { accusers.first }

    /// Confirmations so far, not counting the one who raised the suspicion.
    var confirmations: Int { max(0, accusers.count - 1) }

    var timeoutMilliseconds: Int {
        guard expectedConfirmations > 0 else { return maximumMilliseconds }
        let fraction =
            Logarithm.base2(Double(confirmations + 1)) / Logarithm.base2(Double(expectedConfirmations + 1))
        let span = Double(maximumMilliseconds - minimumMilliseconds)
        return max(minimumMilliseconds, maximumMilliseconds - Int((span * fraction).rounded()))
    }

    /// When the suspect is declared dead.
    private(set) var deadline: MonotonicTime

    /// Whether half of the shortest time to refute has passed.
    func isHalfOver(now: MonotonicTime) -> Bool { now.milliseconds(since: startedAt) >= minimumMilliseconds / 2 }

    private mutating func updateDeadline() {
        deadline = startedAt.adding(milliseconds: timeoutMilliseconds + graceMilliseconds)
    }

    /// - Returns: whether `accuser` is a new one that counts, whose accusation is worth passing on.
    mutating func confirm(by accuser: MemberID) -> Bool {
        guard confirmations < expectedConfirmations else { return false }
        guard !accusers.contains(accuser) else { return false }
        accusers.append(accuser)
        updateDeadline()
        return true
    }

    /// Gives the suspect at least its shortest time from now on: this process slept, and missed what was said.
    mutating func restart(now: MonotonicTime) {
        let fresh = now.adding(milliseconds: minimumMilliseconds)
        let missing = fresh.milliseconds(since: deadline)
        if missing > 0 { graceMilliseconds += missing }
        updateDeadline()
    }
}
