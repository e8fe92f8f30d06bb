import ClusterModel
import Gossip
import Synchronization
import Testing

@testable import Daemon

@Suite("The hub of the cluster's view")
struct ClusterHubTests {
    private static let id = MemberID(high: 1, low: 2)
    private static let record = MemberRecord(name: "db1", sqlAddress: HostPort(host: "db1", port: 6306))
    private static let state = HubState(clusterName: "orders", localID: id, record: record)

    /// Reads the store from within, which ends only if nobody holds the store's lock meanwhile.
    private final class Listener: ClusterHubListener {
        let store: ClusterViewStore
        let changes = Mutex<[ViewChange]>([])
        let generations = Mutex<[UInt64]>([])
        let sawNewest = Mutex(true)

        init(_ store: ClusterViewStore) { self.store = store }

        func viewChanged(_ change: ViewChange) {
            let isNewest = store.current == change.new
            sawNewest.withLock { $0 = $0 && isNewest }
            generations.withLock { $0.append(store.generation) }
            changes.withLock { $0.append(change) }
        }
    }

    private static func member(_ record: MemberRecord, version: UInt64 = 1) -> GossipMember {
        GossipMember(
            id: id,
            bootID: BootID(rawValue: 7),
            liveness: .alive,
            incarnation: Incarnation(rawValue: 1),
            lastHeard: MonotonicTime(nanoseconds: 5),
            address: HostPort(host: "db1", port: 6307),
            record: VersionedRecord(
                stamp: RecordStamp(version: RecordVersion(rawValue: version), bootID: BootID(rawValue: 7)),
                bytes: record.encoded()
            )
        )
    }

    @Test func `everybody who listens is told every change, once and in order, with the newest view at hand`() {
        let store = ClusterViewStore(Self.state.view)
        let first = Listener(store)
        let second = Listener(store)
        let hub = ClusterHub(Self.state, listeners: [store, first, second])
        hub.begin()
        hub.membershipChanged([Self.member(Self.record)])
        hub.handle(.looked(.down(reason: "refused", last: nil)))
        hub.noticed(.nameReclaimed)
        for listener in [first, second] {
            let changes = listener.changes.withLock { $0 }
            #expect(changes.count == 4)
            #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.new == $1.old })
            #expect(changes.map { $0.new.local?.state } == [.starting, .starting, .offline, .offline])
            #expect(listener.sawNewest.withLock { $0 })
            #expect(listener.generations.withLock { $0 } == [1, 2, 3, 4])
        }
        #expect(store.current.members.map(\.record.name) == ["db1"])
    }

    @Test func `many who tell it at once are told in one order`() async {
        let store = ClusterViewStore(Self.state.view)
        let listener = Listener(store)
        let hub = ClusterHub(Self.state, listeners: [store, listener])
        hub.begin()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...50 {
                group.addTask { hub.handle(.lagThreshold(number)) }
                group.addTask { hub.membershipChanged([Self.member(Self.record, version: UInt64(number))]) }
            }
        }
        let changes = listener.changes.withLock { $0 }
        #expect(changes.count == 101)
        #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.new == $1.old })
    }

    @Test func `gossip learns the names of members whose records have come`() {
        let hub = ClusterHub(Self.state, listeners: [])
        #expect(hub.name(of: Self.id) == nil)
        hub.membershipChanged([Self.member(Self.record)])
        #expect(hub.name(of: Self.id) == "db1")
    }
}
