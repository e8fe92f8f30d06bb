import ClusterModel
import Gossip
import PilotfishDaemon
import Testing

@Suite("The view of the cluster")
struct ClusterViewStoreTests {
    private static let id = MemberID(high: 1, low: 2)

    @Test func `the node is in its own view before gossip has said a word, and joins it once`() {
        let store = ClusterViewStore(clusterName: "orders", localID: Self.id)
        let record = MemberRecord(name: "db1", sqlAddress: HostPort(host: "db1", port: 6306))
        let time = MonotonicTime(nanoseconds: 5)
        let before = store.generation
        let first = store.begin(as: record, at: time, now: WallTime(microsecondsSince1970: 1))
        #expect(first.map(\.kind) == [.memberJoined])
        #expect(store.current.members.map(\.record.name) == ["db1"])
        #expect(store.generation > before)

        let member = GossipMember(
            id: Self.id,
            bootID: BootID(rawValue: 7),
            liveness: .alive,
            incarnation: Incarnation(rawValue: 1),
            lastHeard: time,
            address: HostPort(host: "db1", port: 6307),
            record: VersionedRecord(
                stamp: RecordStamp(version: RecordVersion(rawValue: 1), bootID: BootID(rawValue: 7)),
                bytes: record.encoded()
            )
        )
        let version = store.current.topologyVersion
        #expect(store.update([member], now: WallTime(microsecondsSince1970: 2)) == [])
        #expect(store.current.topologyVersion == version)
    }
}
