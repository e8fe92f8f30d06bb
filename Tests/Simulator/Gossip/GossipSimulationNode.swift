package import ClusterModel
package import Gossip

/// A gossip core in the simulated world.
package struct GossipSimulationNode: SimulatedNode {
    package enum Command: Sendable {
        case join(seeds: [HostPort])
        case change(record: [UInt8], Urgency)
        case leave
    }

    package typealias Notice = GossipNotice

    package var core: GossipNode
    package private(set) var hasLeft = false

    package init(core: GossipNode) { self.core = core }

    package var nextWakeUp: MonotonicTime { core.nextWakeUp }

    package mutating func handle(
        _ input: NodeInput<Command>,
        now: MonotonicTime,
        using random: inout SimulatorRandom,
        into outputs: inout [NodeOutput<GossipNotice>]
    ) {
        for action in core.handle(Self.event(of: input), now: now, using: &random) {
            switch action {
            case .sendDatagram(let to, let bytes): outputs.append(.datagram(to: to, bytes: bytes))
            case .openStream(let id, let to, let bytes):
                outputs.append(.open(stream: id.rawValue, to: to, bytes: bytes))
            case .reply(let id, let bytes): outputs.append(.reply(stream: id.rawValue, bytes: bytes))
            case .refuse(let id): outputs.append(.reply(stream: id.rawValue, bytes: nil))
            case .notice(let notice): outputs.append(.notice(notice))
            case .left: hasLeft = true
            case .membershipChanged: break
            }
        }
    }

    private static func event(of input: NodeInput<Command>) -> GossipEvent {
        switch input {
        case .timer: .timer
        case .datagram(let from, let bytes): .datagram(from: from, bytes: bytes)
        case .request(let stream, let bytes): .streamRequest(InboundStreamID(rawValue: stream), bytes: bytes)
        case .reply(let stream, .some(let bytes)): .streamReply(StreamID(rawValue: stream), bytes: bytes)
        case .reply(let stream, .none): .streamFailed(StreamID(rawValue: stream))
        case .command(.join(let seeds)): .join(seeds: seeds)
        case .command(.change(let record, let urgency)): .localRecordChanged(record, urgency)
        case .command(.leave): .leave
        }
    }
}
