internal import ClusterModel
internal import Gossip

/// What must hold on every node after every step. The first violation is kept.
package final class GossipInvariants {
    private struct Seen {
        var claim: MemberClaim
        var stamp: RecordStamp?
    }

    private struct Key: Hashable {
        var process: Int
        var member: MemberID
    }

    package private(set) var violation: String?
    package private(set) var checks: UInt64 = 0
    private var seen: [Key: Seen] = [:]
    /// Inputs of one node in the present second.
    private var inputs: [Int: Int] = [:]
    private var second: UInt64 = 0
    /// Far above what a cluster of a few dozen members does in any trouble.
    private let maximumInputsPerSecond = 5000
    private let datagramLimit: Int
    private let maximumStreams = 64

    init(settings: GossipSettings) {
        datagramLimit = settings.maximumDatagramBytes - settings.sealingOverheadBytes
    }

    func check(
        _ process: SimulatedProcess<GossipSimulationNode>,
        outputs: [NodeOutput<GossipNotice>],
        now: MonotonicTime
    ) {
        guard violation == nil else { return }
        checks += 1
        let core = process.node.core
        func violated(_ what: String) {
            violation = "at \(now.nanoseconds / 1_000_000) ms, \(process.address): \(what)"
        }
        if now.nanoseconds / 1_000_000_000 != second {
            second = now.nanoseconds / 1_000_000_000
            inputs.removeAll(keepingCapacity: true)
        }
        inputs[process.number, default: 0] += 1
        if inputs[process.number, default: 0] > maximumInputsPerSecond { violated("a storm of packets") }
        for id in core.touched {
            checkOrder(of: id, in: core, process.number, violated)
        }
        // One entry for the state and one for the record of each member, this one included.
        let queueLimit = 2 * (core.memberCount + 1)
        if core.counters.queueLength > queueLimit {
            violated("\(core.counters.queueLength) news wait, and there are \(core.memberCount) members")
        }
        if core.openStreams > maximumStreams { violated("\(core.openStreams) streams are open") }
        if core.nextWakeUp < process.local(now) { violated("it wants to be woken in the past") }
        for output in outputs {
            switch output {
            case .datagram(let to, let bytes):
                if bytes.count > datagramLimit { violated("a datagram of \(bytes.count) bytes") }
                if to == process.address { violated("a datagram to itself") }
            case .notice(.memberForgotten(let id)): seen[Key(process: process.number, member: id)] = nil
            case .open, .reply, .notice: break
            }
        }
    }

    /// Claims and records of one member only ever become greater in their orders: so no member is dead and then alive
    /// in one incarnation, and no record goes back.
    private func checkOrder(
        of id: MemberID,
        in core: GossipNode,
        _ process: Int,
        _ violated: (String) -> Void
    ) {
        guard let claim = core.claim(of: id) else { return }
        let key = Key(process: process, member: id)
        let stamp = core.record(of: id)?.stamp
        defer { seen[key] = Seen(claim: claim, stamp: stamp) }
        guard let before = seen[key] else { return }
        if GossipNode.isLater(before.claim, than: claim) { violated("\(before.claim) became \(claim)") }
        guard let old = before.stamp else { return }
        guard let stamp else { return violated("the record of \(id) is gone") }
        if stamp < old { violated("the record of \(id) went from \(old) to \(stamp)") }
    }
}
