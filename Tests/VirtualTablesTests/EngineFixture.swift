import ClusterModel
import MySQLWire
import QueryRouting
import Synchronization
import VirtualTables

/// A view that tests change.
final class ViewBox: ClusterViewSource {
    private let state: Mutex<(view: ClusterView, generation: UInt64)>

    init(_ view: ClusterView) {
        state = Mutex((view, 1))
    }

    var current: ClusterView { state.withLock { $0.view } }
    var generation: UInt64 { state.withLock { $0.generation } }

    func change(_ body: (inout ClusterView) -> Void) {
        state.withLock {
            body(&$0.view)
            $0.generation += 1
        }
    }
}

/// Values behind the closures of the sources.
final class SourceBox: Sendable {
    let status = Mutex<[(name: String, value: String)]>([("SESSIONS", "3"), ("QUERIES_VIRTUAL", "41")])
    /// Nil for `ThreadClock`.
    let monotonic = Mutex<MonotonicTime?>(MonotonicTime(nanoseconds: 60_000_000_000))
}

/// An engine over a cluster of three: db1 is primary and local, db2 a replica, db3 down.
struct EngineFixture {
    let view = ViewBox(Self.cluster)
    let sources = SourceBox()
    let engine: VirtualTableEngine

    init(
        limits: ExecutionLimits = ExecutionLimits(),
        isTimeCounted: Bool = false,
        views: Set<CompatibilityView> = [],
        services: [ServiceRow]? = nil
    ) throws {
        let sources = self.sources
        if isTimeCounted { sources.monotonic.withLock { $0 = nil } }
        engine = try VirtualTableEngine(
            sources: VirtualTableSources(
                view: view,
                status: { sources.status.withLock { $0 } },
                settings: {
                    [
                        SettingRow(name: "cluster", value: "orders", source: "file", reloadable: false),
                        SettingRow(name: "mysqld.password_file", value: "***", source: "environment", reloadable: true),
                    ]
                },
                now: {
                    (
                        sources.monotonic.withLock { $0 } ?? MonotonicTime(nanoseconds: ThreadClock.nanoseconds),
                        WallTime(microsecondsSince1970: 1_700_000_000_123_456)
                    )
                },
                quorum: services.map { rows in
                    QuorumSources(now: { BootTime(nanoseconds: 0) }, leaseEnds: { nil }, services: { rows })
                }
            ),
            limits: limits,
            views: views
        )
    }

    static let serverContext = SessionContext(
        user: "app",
        host: "10.0.0.9",
        connectionID: 77,
        serverVersion: "10.11.19-MariaDB"
    )
    static let sidecarContext = SessionContext(
        authority: .sidecar,
        user: "topology",
        host: "10.0.0.9",
        connectionID: 78,
        serverVersion: "10.11.19-MariaDB"
    )

    static func id(_ number: UInt64) -> MemberID { MemberID(high: 0, low: number) }

    static let cluster = ClusterView(
        clusterName: "orders",
        localID: id(1),
        topologyVersion: TopologyVersion(rawValue: 9),
        members: [
            ClusterView.Member(
                id: id(1),
                role: .primary,
                state: .online,
                stateSince: WallTime(microsecondsSince1970: 1_600_000_000_000_000),
                primarySince: WallTime(microsecondsSince1970: 1_600_000_001_500_000),
                incarnation: Incarnation(rawValue: 2),
                record: MemberRecord(
                    name: "db1",
                    zone: "dc1",
                    promotion: .prefer,
                    sqlAddress: HostPort(host: "db1.internal", port: 6306),
                    server: .up(
                        ServerObservation(
                            flavor: .mariaDB,
                            version: "10.11.19-MariaDB-log",
                            serverID: 101,
                            isReadOnly: false,
                            gtidPosition: try? GTIDSet("0-101-5", .mariaDB),
                            threadsRunning: 4,
                            connections: 20,
                            queriesPerSecond: 12.5
                        )
                    )
                )
            ),
            ClusterView.Member(
                id: id(2),
                role: .replica,
                state: .lagging,
                stateSince: WallTime(microsecondsSince1970: 1_600_000_002_000_001),
                lastHeard: MonotonicTime(nanoseconds: 59_500_000_000),
                lagMilliseconds: 1500,
                problems: [MemberProblem(.replicationStopped, "one link does not run")],
                record: MemberRecord(
                    name: "db2",
                    zone: "dc2",
                    sqlAddress: HostPort(host: "db2.internal", port: 6307),
                    server: .up(
                        ServerObservation(
                            flavor: .mariaDB,
                            version: "10.11.19-MariaDB-log",
                            serverID: 102,
                            isReadOnly: true,
                            gtidPosition: try? GTIDSet("0-101-4", .mariaDB),
                            threadsRunning: 1,
                            connections: 3,
                            replication: [link(lag: 250), link(lag: 1500), link(lag: nil)]
                        )
                    )
                )
            ),
            ClusterView.Member(
                id: id(3),
                role: .standalone,
                state: .dead,
                stateSince: WallTime(microsecondsSince1970: -1),
                record: MemberRecord(name: "db3", sqlAddress: HostPort(host: "db3.internal", port: 6308))
            ),
        ],
        events: [
            event(1, .memberJoined, "db1"), event(2, .memberJoined, "db2"),
            event(3, .primaryConflict, nil),
        ]
    )

    static func event(_ id: UInt64, _ kind: ClusterEvent.Kind, _ name: String?) -> ClusterEvent {
        ClusterEvent(
            id: id,
            at: WallTime(microsecondsSince1970: 1_600_000_000_000_000 + Int64(id)),
            kind: kind,
            memberName: name,
            epoch: .zero,
            detail: "detail \(id)"
        )
    }

    private static func link(lag: Int?) -> ReplicationLink {
        ReplicationLink(
            source: HostPort(host: "db1.internal", port: 3306),
            sourceServerID: 101,
            ioState: "Yes",
            sqlState: "Yes",
            lagMilliseconds: lag
        )
    }

    /// Routes and runs a statement as the proxy does.
    func run(_ statement: String, in context: SessionContext = serverContext) throws -> VirtualAnswer {
        switch engine.route(Array(statement.utf8), in: context) {
        case .virtual(let virtual): return try engine.run(virtual, parameters: [], in: context)
        case .refuse(let error): throw error
        case let other: throw Unexpected(route: other)
        }
    }

    struct Unexpected: Error {
        let route: Route
    }

    func result(_ statement: String, in context: SessionContext = serverContext) throws -> ResultSet {
        switch try run(statement, in: context) {
        case .resultSet(let result): return result
        case .ok: return ResultSet(columns: [], rows: [])
        }
    }

    /// The rows as text: fields with `|` between them, `NULL` for NULL.
    func rows(_ statement: String, in context: SessionContext = serverContext) throws -> [String] {
        try result(statement, in: context).rows.map { $0.map(\.shown).joined(separator: "|") }
    }

    func names(_ statement: String, in context: SessionContext = serverContext) throws -> [String] {
        try result(statement, in: context).columns.map(\.name)
    }

    /// The error's number, or nil if the statement succeeds.
    func error(_ statement: String, in context: SessionContext = serverContext) -> SQLError? {
        do {
            _ = try run(statement, in: context)
            return nil
        } catch {
            return error as? SQLError
        }
    }
}

extension SQLValue {
    var shown: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number): String(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): "\(bytes)"
        }
    }
}
