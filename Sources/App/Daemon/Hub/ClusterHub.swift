internal import Clocks
internal import ClusterModel
internal import Gossip
internal import GossipTransport
internal import Synchronization

/// The one writer of the view. Whatever the view is made from is told here, and what came of it is told to all listeners,
/// once and in one order.
///
/// Its lock is held while a view is built and told. The probe, gossip and a reload wait for it; clients' event loops never
/// do: they read the `ClusterViewStore`.
final class ClusterHub: Sendable {
    private struct State {
        var hub: HubState
        var records = MemberRecords()
    }

    private let state: Mutex<State>
    private let listeners: [any ClusterHubListener]

    /// - Parameter listeners: in the order in which they are told. All there will ever be: nobody misses a change.
    init(_ hub: HubState, listeners: [any ClusterHubListener]) {
        state = Mutex(State(hub: hub))
        self.listeners = listeners
    }

    /// The node sees itself.
    func begin() {
        state.withLock { tell($0.hub.begin(at: Clocks.monotonic, now: Clocks.wall)) }
    }

    func handle(_ event: HubEvent) {
        state.withLock { tell($0.hub.handle(event, now: Clocks.wall)) }
    }

    private func tell(_ change: ViewChange) {
        for listener in listeners { listener.viewChanged(change) }
    }
}

extension ClusterHub: GossipObserver {
    func membershipChanged(_ members: [GossipMember]) {
        state.withLock { state in
            let snapshots = state.records.snapshots(of: members)
            tell(state.hub.handle(.membership(snapshots), now: Clocks.wall))
        }
    }

    func noticed(_ notice: GossipNotice) {
        switch notice {
        case .versionRefused(let host, let theirs, let ours):
            handle(.memberRefused(host: host, theirs: theirs.description, ours: ours.description))
        case .nameConflict(let id, let kept, let refused):
            handle(.nameConflict(id, kept: kept, refused: refused))
        case .nameReclaimed: handle(.nameReclaimed)
        default: break
        }
    }

    func name(of id: MemberID) -> String? { state.withLock { $0.records.name(of: id) } }
}

/// Somebody who acts on changes of the view.
protocol ClusterHubListener: Sendable {
    /// Called for each change, in their order, on the thread of whoever told the hub and under the hub's lock: it returns
    /// at once, and tells the hub nothing.
    func viewChanged(_ change: ViewChange)
}
