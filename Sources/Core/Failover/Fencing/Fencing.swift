package import ClusterModel

/// Whether clients reach this node's mysqld, and whether it is made read-only: a member that is writable without the right
/// to be is closed first, and fenced then.
///
/// A value without clock or I/O: what happens comes in with its time, what is to be done goes out, and `.timer` is wanted at
/// `nextWakeUp(after:)`. It closes the gate by `GatePosition.until` in advance, so that nothing depends on being called in time.
package struct Fencing: Sendable {
    /// What the quorum says of this node, as far as the node knows.
    package enum Word: Hashable, Sendable {
        /// There is no quorum yet, or it has named nobody so far.
        case undecided
        /// There is one, and nothing was heard from it since this process began.
        case unheard
        /// Nobody is to be primary.
        case nobody
        /// This node is.
        case own
        /// - Parameter isInOffice: as far as is known here, that member takes writes.
        case other(isInOffice: Bool)
    }

    package enum Server: Hashable, Sendable {
        case unknown
        case down
        case readOnly
        case writable
    }

    package struct Right: Hashable, Sendable {
        package var epoch: Epoch
        package var ends: BootTime

        package init(epoch: Epoch, ends: BootTime) {
            self.epoch = epoch
            self.ends = ends
        }
    }

    package enum Event: Hashable, Sendable {
        case timer
        /// This node's right to be written to, or that it has none.
        case right(Right?)
        /// The right is to be handed over: it is not used any more, whatever becomes of that.
        case handOver
        case said(Word)
        /// - Parameter begun: when the look at mysqld began: what it saw may be older than what was done since.
        case looked(Server, begun: BootTime)
        /// Whether there is a marker of an earlier fence.
        case marked(Bool)
        /// - Parameter isReadOnly: verified by asking.
        case fenced(isReadOnly: Bool)
        case opened(Opening)
        /// The process ends in good order: the gate stays closed and mysqld is left as it is.
        case stopping
    }

    package enum Opening: Hashable, Sendable {
        case done
        /// mysqld is read-only by somebody else's doing.
        case notOurs
        case failed
    }

    package enum Action: Hashable, Sendable {
        case move(GatePosition)
        /// Make mysqld read-only, then tell `.fenced`.
        case fence
        /// Take back what a fence of ours has done, then tell `.opened`.
        case open
        /// Tell others whether mysqld is read-only by our doing.
        case tell(isFenced: Bool)
    }

    private enum Work {
        case none
        case fencing
        case opening
    }

    package private(set) var position: GatePosition = .closed(.starting)
    private var server = Server.unknown
    private var right: Right?
    private var word: Word = .undecided
    private var hasHadRight = false
    private var isHandingOver = false
    private var isStopping = false
    /// mysqld is as a fence of ours has left it.
    private var isFenced = false
    private var work = Work.none
    /// Looks that began before say nothing.
    private var looksCountFrom = BootTime(nanoseconds: 0)
    private var closedSince: BootTime
    private var nextTry = BootTime(nanoseconds: 0)
    private var actions: [Action] = []

    /// A server that somebody opens by hand stays open behind the closed gate for so long: the quorum may name it.
    package static let graceMilliseconds = 3_000
    /// A node that was primary before its sidecar was started anew has so long to hear that it still is.
    package static let startMilliseconds = 5_000
    package static let pauseMilliseconds = 1_000

    package init(now: BootTime) {
        closedSince = now
    }

    package mutating func handle(_ event: Event, now: BootTime) -> [Action] {
        take(event, now)
        settle(now)
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ event: Event, _ now: BootTime) {
        switch event {
        case .timer: break
        case .right(let right):
            self.right = right
            if right != nil {
                hasHadRight = true
                isHandingOver = false
            }
        case .handOver:
            right = nil
            isHandingOver = true
        case .said(let word):
            self.word = word
            if word != .own { isHandingOver = false }
        case .looked(let server, let begun):
            guard work != .opening, begun >= looksCountFrom else { return }
            self.server = server
            // Somebody else has opened it, or it was started anew.
            if server == .writable, work == .none, right == nil { note(isFenced: false) }
        case .marked(let isMarked): note(isFenced: isMarked)
        case .fenced(let isReadOnly):
            work = .none
            looksCountFrom = now
            if isReadOnly {
                server = .readOnly
                note(isFenced: true)
            } else {
                nextTry = now.adding(milliseconds: Self.pauseMilliseconds)
            }
        case .opened(let opening):
            work = .none
            looksCountFrom = now
            switch opening {
            case .done: note(isFenced: false)
            case .notOurs:
                server = .readOnly
                note(isFenced: false)
            case .failed: nextTry = now.adding(milliseconds: Self.pauseMilliseconds)
            }
        case .stopping: isStopping = true
        }
    }

    private mutating func note(isFenced: Bool) {
        guard isFenced != self.isFenced else { return }
        self.isFenced = isFenced
        actions.append(.tell(isFenced: isFenced))
    }

    private mutating func settle(_ now: BootTime) {
        open(now)
        let wanted = wantedPosition(now)
        if wanted != position {
            let wasClosed = position.isClosed
            position = wanted
            if wanted.isClosed, !wasClosed { closedSince = now }
            actions.append(.move(wanted))
        }
        if let due = fenceDue, now >= due {
            work = .fencing
            actions.append(.fence)
        }
    }

    // MARK: The gate

    private func wantedPosition(_ now: BootTime) -> GatePosition {
        if isStopping { return .closed(.handingOver) }
        // It refuses writes by itself.
        if server == .readOnly { return .free }
        if isHandingOver { return .closed(.handingOver) }
        if let right, now < right.ends { return .until(right.ends) }
        switch word {
        case .own, .undecided, .unheard: return .closed(hasHadRight ? .leaseEnded : .starting)
        case .nobody, .other: return .closed(.notPrimary)
        }
    }

    // MARK: mysqld

    /// The gate is by the right before mysqld takes a write.
    private mutating func open(_ now: BootTime) {
        guard isFenced, work == .none, !isStopping, now >= nextTry, let right, now < right.ends else { return }
        work = .opening
        server = .writable
        actions.append(.open)
    }

    /// When mysqld is to be made read-only; nil for never, as things are.
    private var fenceDue: BootTime? {
        guard server == .writable, work == .none, !isStopping, case .closed(let reason) = position else { return nil }
        let grace: Int
        switch (reason, word) {
        // Nobody may be the next but by what the servers do.
        case (_, .undecided), (_, .nobody), (_, .other(isInOffice: false)): return nil
        case (.leaseEnded, _): grace = 0
        case (.starting, _): grace = Self.startMilliseconds
        case (.handingOver, _), (.notPrimary, _): grace = Self.graceMilliseconds
        }
        return max(nextTry, closedSince.adding(milliseconds: grace))
    }

    /// When `.timer` is wanted; nil for not at all.
    package func nextWakeUp(after now: BootTime) -> BootTime? {
        let end: BootTime? = if case .until(let end) = position { end } else { nil }
        return [end, fenceDue, isFenced ? nextTry : nil].compactMap { $0 }.filter { now < $0 }.min()
    }
}
