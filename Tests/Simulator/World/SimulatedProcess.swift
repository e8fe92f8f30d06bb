package import ClusterModel

/// A running program on a host: a node, and what holds it up.
package final class SimulatedProcess<Node: SimulatedNode> {
    package enum Condition: Sendable {
        case running
        /// Stopped, as by SIGSTOP, or waiting for the processor: it keeps its state, and packets wait.
        case blocked
        case crashed
    }

    package let number: Int
    package let host: HostID
    package let address: HostPort
    package var node: Node
    package internal(set) var condition = Condition.running
    /// When it was last anything but running.
    package internal(set) var lastDisturbed: MonotonicTime?
    /// Paused until the scenario resumes it, not by a pattern of slowness.
    package internal(set) var isPaused = false
    package var slowness: Slowness?
    /// What its clock shows, less the true time. No two processes need agree on the time of day, or on anything else
    /// that a clock says; set before it starts.
    package let clockOffsetMilliseconds: Int
    /// Messages in and out wait until then.
    var messagesHeldUntil: MonotonicTime?

    /// What came in while it was blocked.
    var inbox: [NodeInput<Node.Command>] = []
    var wakeUpAt: MonotonicTime?
    /// Streams of its own that have not ended.
    var openStreams: Set<UInt64> = []

    /// Packets that the kernel keeps for a process that does not read them: about 212,992 bytes of buffer, Linux's
    /// default, which counts each small packet with 768 bytes.
    static var maximumInbox: Int { 277 }

    init(number: Int, host: HostID, address: HostPort, node: Node, clockOffsetMilliseconds: Int) {
        self.number = number
        self.host = host
        self.address = address
        self.node = node
        self.clockOffsetMilliseconds = clockOffsetMilliseconds
    }

    /// The time by this process's clock.
    func local(_ time: MonotonicTime) -> MonotonicTime { time.adding(milliseconds: clockOffsetMilliseconds) }

    /// The true time at which this process's clock shows `time`.
    func global(_ time: MonotonicTime) -> MonotonicTime {
        let offset = UInt64(max(0, clockOffsetMilliseconds)) &* 1_000_000
        return MonotonicTime(nanoseconds: time.nanoseconds > offset ? time.nanoseconds - offset : 0)
    }
}

/// A process that is held up by fits and starts: runs for a random time, is held up for a random time, and so on.
package struct Slowness: Sendable {
    package enum Kind: Sendable {
        /// Everything waits, as for a processor that others use.
        case everything
        /// Messages wait, in and out, while timers fire in time, as behind a full queue (Lifeguard, section V: the
        /// anomalies of its experiments block where messages are sent and received).
        case messages
    }

    package var kind: Kind
    package var runMilliseconds: ClosedRange<Int>
    package var blockMilliseconds: ClosedRange<Int>

    package init(_ kind: Kind, runMilliseconds: ClosedRange<Int>, blockMilliseconds: ClosedRange<Int>) {
        self.kind = kind
        self.runMilliseconds = runMilliseconds
        self.blockMilliseconds = blockMilliseconds
    }

    /// Starved of the processor: seldom runs longer than it is blocked.
    package static let starved = Slowness(.everything, runMilliseconds: 1...1_000, blockMilliseconds: 100...4_000)
    /// Handles messages seconds late.
    package static let late = Slowness(.messages, runMilliseconds: 1...1_000, blockMilliseconds: 1_000...16_000)
}
