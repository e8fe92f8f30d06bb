package import ClusterModel

/// A protocol core as the simulator sees it: inputs in, outputs out, a time at which it wants to be woken.
///
/// A node that joins several cores (gossip, consensus, failover) passes each input to the one that it is for, and
/// collects the outputs of all of them.
package protocol SimulatedNode {
    /// What the scenario may tell a node: join, leave, a new record.
    associatedtype Command: Sendable
    /// What a node reports besides packets.
    associatedtype Notice: Sendable

    mutating func handle(
        _ input: NodeInput<Command>,
        now: MonotonicTime,
        using random: inout SimulatorRandom,
        into outputs: inout [NodeOutput<Notice>]
    )

    /// When the input `.timer` is wanted; never before the time of the last input.
    var nextWakeUp: MonotonicTime { get }
}

package enum NodeInput<Command: Sendable>: Sendable {
    case timer
    case datagram(from: HostPort, bytes: [UInt8])
    /// The first frame of a stream that another node opened.
    case request(stream: UInt64, bytes: [UInt8])
    /// The answer to a stream of its own; nil if none came.
    case reply(stream: UInt64, bytes: [UInt8]?)
    case command(Command)

    /// Whether it comes from the network.
    var isMessage: Bool {
        switch self {
        case .datagram, .request, .reply: true
        case .timer, .command: false
        }
    }
}

package enum NodeOutput<Notice: Sendable>: Sendable {
    case datagram(to: HostPort, bytes: [UInt8])
    case open(stream: UInt64, to: HostPort, bytes: [UInt8])
    /// Nil: closed without an answer.
    case reply(stream: UInt64, bytes: [UInt8]?)
    case notice(Notice)
}
