import Testing

@testable import ClusterModel

@Suite("What the hub makes of what it is told")
struct HubStateTests {
    private static let now = TestFleet.start

    private static func begun() -> HubState {
        var hub = HubState(
            clusterName: "orders",
            localID: TestFleet.id(1),
            record: TestFleet.record(1)
        )
        _ = hub.begin(at: MonotonicTime(nanoseconds: 5), now: now)
        return hub
    }

    private static let writable = ServerCondition.up(TestFleet.seen(1, writable: true))

    @Test func `the node joins its own view once, and gossip's first word of it changes nothing`() {
        var hub = HubState(
            clusterName: "orders",
            localID: TestFleet.id(1),
            record: TestFleet.record(1)
        )
        let first = hub.begin(at: MonotonicTime(nanoseconds: 5), now: Self.now)
        #expect(first.events.map(\.kind) == [.memberJoined])
        #expect(first.old.members == [])
        #expect(first.new.local?.state == .starting)
        #expect(first.announcement == nil)
        let second = hub.handle(.membership([TestFleet.member(1, .unknown)]), now: Self.now)
        #expect(second.events == [])
        #expect(second.new.topologyVersion == first.new.topologyVersion)
    }

    @Test func `the own role is in the view with the look that saw it, and told with the version that it raised`() {
        var hub = Self.begun()
        let change = hub.handle(.looked(Self.writable), now: Self.now)
        #expect(change.look == Self.writable)
        #expect(change.new.primary?.id == TestFleet.id(1))
        #expect(change.old.primary == nil)
        #expect(change.events.contains { $0.kind == .primaryChanged })
        #expect(change.new.topologyVersion > change.old.topologyVersion)
        #expect(change.announcement?.isUrgent == true)
        #expect(change.announcement?.record.server == Self.writable)
        #expect(change.announcement?.record.topologyVersion == change.new.topologyVersion)
    }

    @Test func `what gossip still says of this node's server is not taken back`() {
        var hub = Self.begun()
        _ = hub.handle(.looked(Self.writable), now: Self.now)
        let late = hub.handle(
            .membership([TestFleet.member(1, .unknown), TestFleet.readOnly(2, TestFleet.link(to: 1))]),
            now: Self.now
        )
        #expect(late.new.primary?.id == TestFleet.id(1))
        #expect(late.events.map(\.kind) == [.memberJoined])
        #expect(late.announcement == nil)
        let suspected = hub.handle(
            .membership([TestFleet.member(1, .unknown, liveness: .suspect), TestFleet.readOnly(2)]),
            now: Self.now
        )
        #expect(suspected.new.local?.state == .suspect, "its liveness is gossip's")
    }

    @Test func `a look is told when it differs, and at once when others act on it`() {
        var hub = Self.begun()
        _ = hub.handle(.looked(Self.writable), now: Self.now)
        #expect(hub.handle(.looked(Self.writable), now: Self.now).announcement == nil)
        let further = ServerCondition.up(TestFleet.seen(1, writable: true, gtid: "0-1-11"))
        let change = hub.handle(.looked(further), now: Self.now)
        #expect(change.announcement?.isUrgent == false)
        #expect(change.events == [])
        #expect(change.new.topologyVersion == change.old.topologyVersion)
        #expect(change.new.local?.record.server == further)
    }

    @Test func `a topology version that rose without this node is told with the next look`() {
        var hub = Self.begun()
        _ = hub.handle(.looked(Self.writable), now: Self.now)
        let joined = hub.handle(.membership([TestFleet.writable(1), TestFleet.readOnly(2)]), now: Self.now)
        #expect(joined.new.topologyVersion > joined.old.topologyVersion)
        let look = hub.handle(.looked(Self.writable), now: Self.now)
        #expect(look.announcement?.record.topologyVersion == joined.new.topologyVersion)
        #expect(look.announcement?.isUrgent == false)
    }

    @Test func `a stop and another threshold are told and seen at once`() {
        var hub = Self.begun()
        _ = hub.handle(.looked(Self.writable), now: Self.now)
        let threshold = hub.handle(.lagThreshold(7), now: Self.now)
        #expect(threshold.announcement?.record.lagThresholdMilliseconds == 7)
        #expect(threshold.new.local?.record.lagThresholdMilliseconds == 7)
        #expect(hub.handle(.lagThreshold(7), now: Self.now).announcement == nil)
        let stopping = hub.handle(.stopping, now: Self.now)
        #expect(stopping.announcement?.isUrgent == true)
        #expect(stopping.new.local?.state == .stopping)
    }

    @Test(arguments: [
        (HubEvent.clientsComeOtherwise(reason: "r"), ClusterEvent.Kind.clientPathChanged),
        (.memberRefused(host: "h", theirs: "2", ours: "1"), .memberRefused),
        (
            .nameConflict(
                TestFleet.id(1),
                kept: HostPort(host: "a", port: 1),
                refused: HostPort(host: "b", port: 1)
            ),
            .nameConflict
        ),
    ])
    func `a warning is one line of history, and no change that drivers act on`(
        event: HubEvent,
        kind: ClusterEvent.Kind
    ) {
        var hub = Self.begun()
        let change = hub.handle(event, now: Self.now)
        #expect(change.events.map(\.kind) == [kind])
        #expect(change.new.events.last?.kind == kind)
        #expect(change.new.topologyVersion == change.old.topologyVersion)
    }

    @Test func `a conflict of names is told once until the name is free again`() {
        var hub = Self.begun()
        let address = HostPort(host: "a", port: 1)
        let conflict = HubEvent.nameConflict(TestFleet.id(1), kept: address, refused: address)
        #expect(hub.handle(conflict, now: Self.now).events.count == 1)
        #expect(hub.handle(conflict, now: Self.now).events == [])
        _ = hub.handle(.nameReclaimed, now: Self.now)
        #expect(hub.handle(conflict, now: Self.now).events.count == 1)
    }
}
