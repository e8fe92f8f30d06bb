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
    /// Whether datagrams count as sealed by whom they say they are from, so that none is taken twice.
    private let isSealed: Bool
    /// Whether it was started beside another of its name and address, as a restored machine is.
    package let isCopy: Bool

    package init(core: GossipNode, isSealed: Bool = false, isCopy: Bool = false) {
        self.core = core
        self.isSealed = isSealed
        self.isCopy = isCopy
    }

    package var nextWakeUp: MonotonicTime { core.nextWakeUp }

    package mutating func handle(
        _ input: NodeInput<Command>,
        now: MonotonicTime,
        using random: inout SimulatorRandom,
        into outputs: inout [NodeOutput<GossipNotice>]
    ) {
        for action in core.handle(event(of: input), now: now, using: &random) {
            switch action {
            case .sendDatagram(let to, let bytes): outputs.append(.datagram(to: to, bytes: bytes))
            case .openStream(let id, let to, let bytes):
                outputs.append(.open(stream: id.rawValue, to: to, bytes: bytes))
            case .reply(let id, let bytes): outputs.append(.reply(stream: id.rawValue, bytes: bytes))
            case .refuse(let id): outputs.append(.reply(stream: id.rawValue, bytes: nil))
            case .notice(let notice): outputs.append(.notice(notice))
            case .left: hasLeft = true
            case .membershipChanged, .heardFrom: break
            }
        }
    }

    private func event(of input: NodeInput<Command>) -> GossipEvent {
        switch input {
        case .timer: .timer
        case .datagram(let from, let bytes):
            .datagram(from: from, sealedBy: isSealed ? GossipNode.sender(of: bytes) : nil, bytes: bytes)
        case .request(let stream, let bytes): .streamRequest(InboundStreamID(rawValue: stream), bytes: bytes)
        case .reply(let stream, .some(let bytes)): .streamReply(StreamID(rawValue: stream), bytes: bytes)
        case .reply(let stream, .none): .streamFailed(StreamID(rawValue: stream))
        case .command(.join(let seeds)): .join(seeds: seeds)
        case .command(.change(let record, let urgency)): .localRecordChanged(record, urgency)
        case .command(.leave): .leave
        }
    }
}
