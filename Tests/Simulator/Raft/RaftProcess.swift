package import ClusterModel
package import Raft

/// A peer on a host of its own: a process that may be down or stopped, a disk, and a clock of its own rate.
package final class RaftProcess {
    package let number: Int
    package let id: PeerID
    package var node: RaftNode?
    package var disk = RaftDisk()
    /// Started so many times: what was under way for an earlier life is nothing to this one.
    package var life = 0
    /// Stopped; nothing that comes is handled before `resume`.
    package var isPaused = false
    var inbox: [RaftEvent] = []
    var wakeUpAt: MonotonicTime?
    private let rate: Double
    private let offset: UInt64

    /// What has been applied: how many commands, and a sum over them in their order.
    package var applied = AppliedState()
    /// The place after the last entry applied.
    package var appliedIndex = LogIndex.zero
    /// When it last heard a leader, by its own clock, since its start.
    var heard: BootTime

    init(number: Int, rate: Double, offset: UInt64) {
        self.number = number
        id = PeerID(high: 0, low: UInt64(number))
        self.rate = rate
        self.offset = offset
        heard = BootTime(nanoseconds: offset)
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

    /// Whether this process would let something through that only one may at a time.
    package func isGateOpen(at time: MonotonicTime) -> Bool {
        guard let tenure = node?.tenure else { return false }
        return local(time) < tenure.ends
    }
}

/// A state machine that remembers what it was given, in sixteen bytes.
package struct AppliedState: Equatable {
    package var count: UInt64 = 0
    package var sum: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    mutating func apply(_ command: [UInt8]) {
        count += 1
        for byte in command { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// - Parameter padding: as many bytes more, so that snapshots have chunks.
    func encoded(padding: Int) -> [UInt8] {
        [count, sum].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
            + [UInt8](repeating: 0x2e, count: padding)
    }

    init(decoding bytes: [UInt8]) {
        func word(at start: Int) -> UInt64 {
            bytes.dropFirst(start).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        count = word(at: 0)
        sum = word(at: 8)
    }
}
