import Testing

@testable import ClusterModel

/// One change of a cluster, and whether drivers act on it.
struct TopologyChange: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let raises: Bool
    let change: @Sendable (inout [MemberSnapshot]) -> Void

    init(_ name: String, raises: Bool, _ change: @escaping @Sendable (inout [MemberSnapshot]) -> Void) {
        testDescription = name
        self.raises = raises
        self.change = change
    }

    /// A change of one member's record. Number 0 is the primary, 1 and 2 follow it.
    static func record(
        _ name: String,
        raises: Bool,
        of number: Int = 1,
        _ change: @escaping @Sendable (inout MemberRecord) -> Void
    ) -> Self {
        Self(name, raises: raises) { snapshots in
            guard var record = snapshots[number].record else { return }
            change(&record)
            snapshots[number].record = record
        }
    }

    /// A change of what the probe saw of one member's server.
    static func server(
        _ name: String,
        raises: Bool,
        of number: Int = 1,
        _ change: @escaping @Sendable (inout ServerObservation) -> Void
    ) -> Self {
        record(name, raises: raises, of: number) { record in
            guard case .up(var seen) = record.server else { return }
            change(&seen)
            record.server = .up(seen)
        }
    }
}

@Suite("The topology's version")
struct TopologyVersionTests {
    private static let now = WallTime(microsecondsSince1970: 1_000_000)

    private static func snapshot(_ number: UInt32, follows source: UInt32? = nil) -> MemberSnapshot {
        let links = source.map {
            ReplicationLink(
                source: HostPort(host: "db\($0)", port: 3306),
                sourceServerID: $0,
                ioState: "Yes",
                sqlState: "Yes",
                lagMilliseconds: 20
            )
        }
        let seen = ServerObservation(
            flavor: .mariaDB,
            version: "10.11.6",
            serverID: number,
            isReadOnly: source != nil,
            replication: links.map { [$0] } ?? []
        )
        return MemberSnapshot(
            id: MemberID(high: 0, low: UInt64(number)),
            liveness: .alive,
            incarnation: Incarnation(rawValue: 1),
            lastHeard: MonotonicTime(nanoseconds: 5),
            record: MemberRecord(
                name: "db\(number)",
                zone: "dc1",
                sqlAddress: HostPort(host: "db\(number)", port: 6306),
                serverAddress: HostPort(host: "db\(number)", port: 3306),
                server: .up(seen),
                topologyVersion: TopologyVersion(rawValue: 1)
            )
        )
    }

    private static let members = [snapshot(1), snapshot(2, follows: 1), snapshot(3, follows: 1)]

    static let changes: [TopologyChange] = [
        // The set of members.
        TopologyChange("a member joins", raises: true) { $0.append(snapshot(4, follows: 1)) },
        TopologyChange("a member is forgotten", raises: true) { $0.removeLast() },
        TopologyChange("a member of which nothing is known but that it is there", raises: false) {
            var nameless = snapshot(4)
            nameless.record = nil
            $0.append(nameless)
        },
        TopologyChange("a member is suspected", raises: true) { $0[2].liveness = .suspect },
        TopologyChange("a member dies", raises: true) { $0[2].liveness = .dead },
        TopologyChange("a member leaves", raises: true) { $0[2].liveness = .left },

        // Roles and states.
        .server("the primary becomes read-only", raises: true, of: 0) { $0.isReadOnly = true },
        TopologyChange("another one becomes primary", raises: true) {
            $0[0] = snapshot(1, follows: 2)
            $0[1] = snapshot(2)
            $0[2] = snapshot(3, follows: 2)
        },
        .server("a replica follows nobody any more", raises: true) { $0.replication = [] },
        .record("mysqld is down", raises: true) { $0.server = .down(reason: "refused", last: $0.server.observation) },
        .record("the probe has not looked yet", raises: false) { $0.server = .unknown },
        .record("mysqld answers and is not seen", raises: true) {
            $0.server = .unseen(reason: "1045", last: $0.server.observation, holds: true)
        },
        .record("the sidecar stops", raises: true) { $0.isStopping = true },
        .server("replication is broken", raises: true) { $0.replication[0].ioState = "No" },
        .server("lag beyond the threshold", raises: true) { $0.replication[0].lagMilliseconds = 10_001 },
        .record("a threshold below the lag", raises: true) { $0.lagThresholdMilliseconds = 10 },

        // Where it is.
        .record("another SQL host", raises: true) { $0.sqlAddress = HostPort(host: "db2.new", port: 6306) },
        .record("another SQL port", raises: true) { $0.sqlAddress = HostPort(host: "db2", port: 7306) },
        .record("another zone", raises: true) { $0.zone = "dc2" },
        .record("another address of mysqld itself", raises: false) { $0.serverAddress = HostPort(host: "x", port: 1) },

        // What moves all the time.
        .server("running threads", raises: false) { $0.threadsRunning = 99 },
        .server("connections", raises: false) { $0.connections = 500 },
        .server("queries a second", raises: false) { $0.queriesPerSecond = 12_345 },
        .server("the GTID position", raises: false) { $0.gtidPosition = try? GTIDSet("0-1-99999", .mariaDB) },
        .server("lag below the threshold", raises: false) { $0.replication[0].lagMilliseconds = 10_000 },
        TopologyChange("a packet is heard", raises: false) { $0[1].lastHeard = MonotonicTime(nanoseconds: 999) },
        TopologyChange("a rumour is refuted", raises: false) { $0[1].incarnation = Incarnation(rawValue: 9) },
        TopologyChange("the members are told in another order", raises: false) { $0.reverse() },
        TopologyChange("nothing", raises: false) { _ in },

        // What is fixed while a server runs, and what no driver chooses by.
        .server("the server's version", raises: false) { $0.version = "10.11.7" },
        .server("a replica's server id", raises: false) { $0.serverID = 77 },
        .server("a replica that is writable and still follows", raises: false) { $0.isReadOnly = false },
        .record("the promotion rule", raises: false) { $0.promotion = .mustNot },
        .record("a threshold that leaves the state", raises: false) { $0.lagThresholdMilliseconds = 60_000 },
        .record("a version of another node that is not greater", raises: false) {
            $0.topologyVersion = TopologyVersion(rawValue: 1)
        },
    ]

    @Test("rises with what drivers act on and with nothing else", arguments: changes)
    func rises(change: TopologyChange) {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: MemberID(high: 0, low: 1))
        builder.update(Self.members, now: Self.now)
        let before = builder.view
        var snapshots = Self.members
        change.change(&snapshots)
        #expect(builder.update(snapshots, now: Self.now) == change.raises)
        #expect(builder.view.topologyVersion == (change.raises ? before.topologyVersion.next : before.topologyVersion))
        // Each rise can be read up in the history.
        #expect((builder.view.events.count > before.events.count) == change.raises)

        // The way back is a change of the same kind.
        let changed = builder.view.topologyVersion
        #expect(builder.update(Self.members, now: Self.now) == change.raises)
        #expect(builder.view.topologyVersion == (change.raises ? changed.next : changed))
    }

    @Test("a mysqld that is down for another reason, or still, is no news")
    func reasons() {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: MemberID(high: 0, low: 1))
        var snapshots = Self.members
        snapshots[1].record?.server = .down(reason: "refused", last: nil)
        builder.update(snapshots, now: Self.now)
        let version = builder.view.topologyVersion
        snapshots[1].record?.server = .down(reason: "timeout", last: nil)
        #expect(builder.update(snapshots, now: Self.now) == false)
        #expect(builder.view.topologyVersion == version)
    }

    @Test("a refused member is a line of history, once for each host and its versions, and raises nothing")
    func refused() {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: MemberID(high: 0, low: 1))
        builder.update(Self.members, now: Self.now)
        let before = builder.view
        for host in ["10.0.0.9", "10.0.0.9", nil, "10.0.0.8"] {
            builder.refused(host: host, theirs: "3-4", ours: "2", now: Self.now)
        }
        builder.refused(host: "10.0.0.9", theirs: "5", ours: "2", now: Self.now)
        let added = builder.view.events.dropFirst(before.events.count)
        #expect(added.map(\.kind) == Array(repeating: .memberRefused, count: 4))
        #expect(added.first?.detail == "host 10.0.0.9 speaks gossip version 3-4, the members here 2")
        #expect(builder.view.topologyVersion == before.topologyVersion)
        #expect(builder.update(Self.members, now: Self.now) == false)
        for number in 0..<1000 { builder.refused(host: "h\(number)", theirs: "9", ours: "2", now: Self.now) }
        #expect(builder.view.events.count <= before.events.count + 256)
    }

    @Test("a third server in a conflict of primaries is told and raises nothing by itself")
    func conflict() {
        var builder = ClusterViewBuilder(clusterName: "orders", localID: MemberID(high: 0, low: 1))
        var snapshots = [Self.snapshot(1), Self.snapshot(2), Self.snapshot(3)]
        func setReadOnly(_ isReadOnly: Bool) {
            guard case .up(var seen)? = snapshots[2].record?.server else { return }
            seen.isReadOnly = isReadOnly
            snapshots[2].record?.server = .up(seen)
        }
        setReadOnly(true)
        builder.update(snapshots, now: Self.now)
        #expect(builder.view.primary == nil)
        let version = builder.view.topologyVersion
        setReadOnly(false)
        #expect(builder.update(snapshots, now: Self.now) == false)
        #expect(builder.view.topologyVersion == version)
        #expect(builder.view.events.last?.detail == "writable: db1, db2, db3")
    }
}
