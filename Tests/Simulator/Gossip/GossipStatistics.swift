internal import ClusterModel
internal import Gossip

/// How fast news spread, and how often the living are taken for dead.
package final class GossipStatistics {
    private struct Crash {
        var at: MonotonicTime
        var declaredAt: MonotonicTime?
    }

    private struct Change {
        var at: MonotonicTime
        var stamp: RecordStamp
        /// By number of the process.
        var known: Set<Int> = []
    }

    private struct FalseDeath: Hashable {
        var member: MemberID
        var incarnation: UInt64
    }

    /// From the crash until the first member declares it, in milliseconds.
    package private(set) var firstDetection: [Int] = []
    /// From the crash until each other member knows it.
    package private(set) var detection: [Int] = []
    /// From the first declaration of a death until each other member knows it.
    package private(set) var deathSpread: [Int] = []
    /// From an urgent change of a record until each other member has it.
    package private(set) var recordSpread: [Int] = []
    /// Members that ran and that somebody declared dead: once per member and life.
    package private(set) var falsePositives = 0
    /// Each member's belief in such a death.
    package private(set) var falsePositiveEvents = 0
    /// The same of members that were neither slow nor paused.
    package private(set) var falsePositiveEventsAboutHealthy = 0
    /// Deaths that a healthy member believed of a healthy one.
    package private(set) var falsePositiveEventsAmongHealthy = 0
    package private(set) var suspicionEvents = 0

    private var crashes: [MemberID: Crash] = [:]
    private var changes: [MemberID: Change] = [:]
    private var falseDeaths: Set<FalseDeath> = []

    package init() {}

    var isWatching: Bool { !changes.isEmpty }

    func crashed(_ id: MemberID, now: MonotonicTime) { crashes[id] = Crash(at: now) }

    func changed(_ id: MemberID, _ stamp: RecordStamp, now: MonotonicTime) {
        changes[id] = Change(at: now, stamp: stamp)
    }

    /// No more is noted of changes made so far.
    package func stopWatching() { changes = [:] }

    func touched(_ id: MemberID, by process: SimulatedProcess<GossipSimulationNode>, now: MonotonicTime) {
        guard let change = changes[id], let stamp = process.node.core.record(of: id)?.stamp,
            change.stamp <= stamp, changes[id]?.known.insert(process.number).inserted == true
        else { return }
        recordSpread.append(now.milliseconds(since: change.at))
    }

    func changed(
        _ id: MemberID,
        from: Liveness?,
        to: Liveness,
        by observer: SimulatedProcess<GossipSimulationNode>,
        subject: SimulatedProcess<GossipSimulationNode>?,
        now: MonotonicTime
    ) {
        if to == .suspect { suspicionEvents += 1 }
        guard to == .dead else { return }
        if let subject, subject.condition != .crashed, !subject.isPaused, !subject.node.hasLeft {
            falsePositiveEvents += 1
            if subject.slowness == nil {
                falsePositiveEventsAboutHealthy += 1
                if observer.slowness == nil { falsePositiveEventsAmongHealthy += 1 }
            }
            let incarnation = observer.node.core.claim(of: id)?.incarnation.rawValue ?? 0
            if falseDeaths.insert(FalseDeath(member: id, incarnation: incarnation)).inserted { falsePositives += 1 }
            return
        }
        guard subject == nil, let crash = crashes[id] else { return }
        detection.append(now.milliseconds(since: crash.at))
        if let declared = crash.declaredAt {
            deathSpread.append(now.milliseconds(since: declared))
        } else {
            crashes[id]?.declaredAt = now
            firstDetection.append(now.milliseconds(since: crash.at))
        }
    }

    /// The value that a share of all does not exceed; nil of none.
    package static func percentile(_ share: Double, of values: [Int]) -> Int? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(0, rank), sorted.count - 1)]
    }
}
