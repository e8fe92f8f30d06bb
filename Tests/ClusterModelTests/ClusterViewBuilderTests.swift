import Testing

@testable import ClusterModel

@Suite("What the cluster looks like")
struct ClusterViewBuilderTests {
    private func id(_ number: UInt32) -> MemberID { TestFleet.id(number) }

    private let start = TestFleet.start
    private let later = TestFleet.later(milliseconds: 1000)

    private func snapshot(
        _ number: UInt32,
        readOnly: Bool = true,
        follows source: UInt32? = nil,
        liveness: Liveness = .alive,
        server: ServerCondition? = nil,
        version: UInt64 = 0,
        links: [ReplicationLink]? = nil
    ) -> MemberSnapshot {
        let links = links ?? source.map { [TestFleet.link(to: $0)] } ?? []
        let observation = TestFleet.seen(number, writable: !readOnly, links, gtid: "")
        var snapshot = TestFleet.member(number, server ?? .up(observation), liveness: liveness)
        snapshot.record?.topologyVersion = TopologyVersion(rawValue: version)
        return snapshot
    }

    private func builder() -> ClusterViewBuilder { TestFleet.builder() }

    private func roles(_ snapshots: [MemberSnapshot]) -> [Role] {
        var builder = builder()
        builder.update(snapshots, now: start)
        return builder.view.members.map(\.role)
    }

    @Test("the writable server that others follow is the primary")
    func primary() {
        #expect(
            roles([snapshot(1, readOnly: false), snapshot(2, follows: 1), snapshot(3, follows: 1)])
                == [.primary, .replica, .replica]
        )
    }

    @Test("a lone writable server is the primary, a lone read-only one is standalone")
    func alone() {
        #expect(roles([snapshot(1, readOnly: false)]) == [.primary])
        #expect(roles([snapshot(1, readOnly: true)]) == [.standalone])
    }

    @Test("a writable server beside the followed one is no second primary")
    func strayWriter() {
        #expect(
            roles([snapshot(1, readOnly: false), snapshot(2, follows: 1), snapshot(3, readOnly: false)])
                == [.primary, .replica, .standalone]
        )
    }

    @Test("two writable servers that both have followers: nobody is shown as primary")
    func conflict() {
        var builder = builder()
        builder.update(
            [
                snapshot(1, readOnly: false), snapshot(2, readOnly: false), snapshot(3, follows: 1),
                snapshot(4, follows: 2),
            ],
            now: start
        )
        #expect(builder.view.primary == nil)
        #expect(builder.view.events.last?.kind == .primaryConflict)
        #expect(builder.view.events.last?.detail == "writable: db1, db2")
    }

    @Test("a writable replica of a member is a replica; one that follows a stranger can be the primary")
    func writableReplica() {
        #expect(roles([snapshot(1), snapshot(2, readOnly: false, follows: 1)]) == [.standalone, .replica])
        #expect(roles([snapshot(1, readOnly: false, follows: 99)]) == [.primary])
    }

    @Test("before a link has connected its source is known by address")
    func sourceByAddress() {
        let link = ReplicationLink(
            source: HostPort(host: "db1", port: 3306),
            sourceServerID: 0,
            ioState: "Connecting",
            sqlState: "Yes",
            lagMilliseconds: nil
        )
        #expect(
            roles([snapshot(1, readOnly: false), snapshot(2, links: [link]), snapshot(3, readOnly: false)])
                == [.primary, .replica, .standalone]
        )
    }

    @Test("a primary that is down, dead or gone is shown as primary no more", arguments: [Liveness.dead, .left])
    func lostPrimary(_ liveness: Liveness) {
        #expect(
            roles([snapshot(1, readOnly: false, liveness: liveness), snapshot(2, follows: 1)])
                == [.standalone, .replica]
        )
        let down = ServerCondition.down(
            reason: "refused",
            last: snapshot(1, readOnly: false).record?.server.observation
        )
        #expect(roles([snapshot(1, server: down), snapshot(2, follows: 1)]) == [.standalone, .replica])
    }

    @Test("a suspected primary stays primary until it is found dead")
    func suspectedPrimary() {
        #expect(
            roles([snapshot(1, readOnly: false, liveness: .suspect), snapshot(2, follows: 1)]) == [.primary, .replica]
        )
    }

    @Test("states follow the server, and gossip outweighs them")
    func states() {
        let broken = ReplicationLink(
            source: HostPort(host: "db1", port: 3306),
            sourceServerID: 1,
            ioState: "No",
            sqlState: "Yes",
            lagMilliseconds: nil
        )
        let late = ReplicationLink(
            source: HostPort(host: "db1", port: 3306),
            sourceServerID: 1,
            ioState: "Yes",
            sqlState: "Yes",
            lagMilliseconds: 60_000
        )
        var builder = builder()
        builder.update(
            [
                snapshot(1), snapshot(2, links: [broken]), snapshot(3, links: [late]), snapshot(4, server: .unknown),
                snapshot(5, server: .down(reason: "x", last: nil)), snapshot(6, liveness: .suspect),
                snapshot(7, liveness: .dead), snapshot(8, liveness: .left),
            ],
            now: start
        )
        #expect(
            builder.view.members.map(\.state)
                == [.online, .recovering, .lagging, .starting, .offline, .suspect, .dead, .left]
        )
        #expect(builder.view.onlineCount == 2)
    }

    @Test("what drivers act on raises the version, load and lag do not")
    func version() {
        var builder = builder()
        let members = [snapshot(1, readOnly: false), snapshot(2, follows: 1)]
        #expect(builder.update(members, now: start) == true)
        let version = builder.view.topologyVersion
        var busy = members
        if case .up(var observation)? = busy[0].record?.server {
            observation.threadsRunning = 99
            busy[0].record?.server = .up(observation)
        }
        #expect(builder.update(busy, now: later) == false)
        #expect(builder.view.topologyVersion == version)
        #expect(builder.view.members[0].record.server.observation?.threadsRunning == 99)
        #expect(builder.update([snapshot(1), snapshot(2, follows: 1)], now: later) == true)
        #expect(builder.view.topologyVersion == version.next)
    }

    @Test("a greater version of another node is taken over")
    func foreignVersion() {
        var builder = builder()
        builder.update([snapshot(1), snapshot(2, version: 500)], now: start)
        #expect(builder.view.topologyVersion.rawValue == 500)
        builder.update([snapshot(1, readOnly: false), snapshot(2, version: 500)], now: start)
        #expect(builder.view.topologyVersion.rawValue == 501)
    }

    @Test("a move of the primary is told in the history")
    func history() {
        var builder = builder()
        builder.update([snapshot(1, readOnly: false), snapshot(2, follows: 1)], now: start)
        builder.update([snapshot(1, follows: 2), snapshot(2, readOnly: false)], now: later)
        let told = builder.view.events.filter { $0.at == later }
        #expect(told.map(\.kind) == [.roleChanged, .roleChanged, .primaryChanged])
        #expect(told.last?.detail == "db1 -> db2 at db2:6306")
        #expect(builder.view.members.first { $0.role == .primary }?.primarySince == later)
        #expect(builder.view.events.map(\.id) == Array(1...UInt64(builder.view.events.count)))
    }

    @Test("since when a state holds is kept while it holds")
    func since() {
        var builder = builder()
        builder.update([snapshot(1)], now: start)
        builder.update([snapshot(1)], now: later)
        #expect(builder.view.members[0].stateSince == start)
        builder.update([snapshot(1, liveness: .suspect)], now: later)
        #expect(builder.view.members[0].stateSince == later)
    }

    @Test("the history is bounded and a forgotten member is told")
    func bounded() {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: id(1), maximumEvents: 5)
        for round in 0..<20 {
            builder.update([snapshot(1), snapshot(2, liveness: round.isMultiple(of: 2) ? .alive : .dead)], now: start)
        }
        builder.update([snapshot(1)], now: start)
        #expect(builder.view.events.count == 5)
        #expect(builder.view.events.last?.kind == .memberForgotten)
    }
}
