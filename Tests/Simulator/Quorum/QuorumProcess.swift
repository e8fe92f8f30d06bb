package import ClusterModel
package import Quorum

/// A sidecar of the quorum on a host of its own: a process that may be down or stopped, its store, its clock, and what its
/// database is.
package final class QuorumProcess {
    package let number: Int
    package let id: MemberID
    package var node: QuorumNode?
    package var disk = QuorumDisk()
    /// Started so many times.
    package var life = 0
    package var isPaused = false
    package var zone = ""
    package var promotion = PromotionRule.neutral
    package var isWitness = false
    package var campaigns = true
    /// How many voters it wants, where that is not what all want.
    package var wantedVoters: Int?
    /// Its sidecar has made its server read-only.
    package var isFenced = false
    /// It knows of somebody whom nobody has heard of.
    package var isComplete = true
    package var server = QuorumMember.Server.readOnly
    /// How it was last seen by gossip; kept while it is down.
    package var lastWords: QuorumWords?
    /// It has never been up: gossip does not know it.
    package var isKnown: Bool { lastWords != nil }
    var inbox: [QuorumEvent] = []
    var wakeUpAt: MonotonicTime?
    /// Wake-ups within the present millisecond.
    private var wakeUps = (millisecond: UInt64(0), count: 0)
    private let rate: Double
    private let offset: UInt64

    init(number: Int, rate: Double, offset: UInt64) {
        self.number = number
        id = MemberID(high: 1, low: UInt64(number))
        self.rate = rate
        self.offset = offset
    }

    package func local(_ time: MonotonicTime) -> BootTime {
        BootTime(nanoseconds: offset + UInt64(Double(time.nanoseconds) * rate))
    }

    /// The first moment at which the local clock has reached `time`.
    func global(_ time: BootTime) -> MonotonicTime {
        guard time.nanoseconds < UInt64.max / 2 else { return MonotonicTime(nanoseconds: .max) }
        let local = time.nanoseconds > offset ? time.nanoseconds - offset : 0
        return MonotonicTime(nanoseconds: UInt64(Double(local) / rate) + 1)
    }

    /// Whether this process would let writes through.
    package func isGateOpen(at time: MonotonicTime) -> Bool {
        guard let right = node?.right else { return false }
        return local(time) < right.ends
    }

    package var isUp: Bool { node != nil }

    /// - Returns: how often it was woken within this millisecond.
    func countWakeUp(at time: MonotonicTime) -> Int {
        let millisecond = time.nanoseconds / 1_000_000
        wakeUps = (millisecond, wakeUps.millisecond == millisecond ? wakeUps.count + 1 : 1)
        return wakeUps.count
    }
}
