// What a look at the table of a large cluster costs: swift run -c release tables-benchmark [MEMBERS]

import ClusterModel
import MySQLWire
import QueryRouting
import Synchronization
import VirtualTables

/// A view whose members can be exchanged.
final class LargeView: ClusterViewSource {
    private let state: Mutex<(view: ClusterView, generation: UInt64)>

    init(members: Int) {
        let list = (1...members).map { number in
            ClusterView.Member(
                id: MemberID(high: 0, low: UInt64(number)),
                role: number == 1 ? .primary : .replica,
                state: .online,
                stateSince: WallTime(microsecondsSince1970: 1_600_000_000_000_000),
                lastHeard: MonotonicTime(nanoseconds: 59_500_000_000),
                record: MemberRecord(
                    name: "db\(number)",
                    zone: "dc\(number % 3)",
                    sqlAddress: HostPort(host: "db\(number).internal", port: 6306),
                    server: .up(
                        ServerObservation(
                            flavor: .mariaDB,
                            version: "10.11.19-MariaDB-log",
                            serverID: UInt32(number),
                            isReadOnly: number > 1,
                            gtidPosition: try? GTIDSet("0-1-\(number)", .mariaDB)
                        )
                    )
                )
            )
        }
        let view = ClusterView(
            clusterName: "large",
            localID: MemberID(high: 0, low: 1),
            topologyVersion: TopologyVersion(rawValue: 1),
            members: list,
            events: []
        )
        state = Mutex((view, 1))
    }

    var current: ClusterView { state.withLock { $0.view } }
    var generation: UInt64 { state.withLock { $0.generation } }

    /// One member's load is another.
    func change() {
        state.withLock { state in
            state.view.members[0].incarnation = Incarnation(rawValue: state.generation + 1)
            state.generation += 1
        }
    }
}

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000
let view = LargeView(members: max(1, count))
let clock = ContinuousClock()
let start = clock.now

@MainActor func makeEngine(
    _ view: any ClusterViewSource,
    now: @escaping @Sendable () -> UInt64
) throws -> VirtualTableEngine {
    try VirtualTableEngine(
        sources: VirtualTableSources(
            view: view,
            status: { (0..<40).map { (name: "VARIABLE_\($0)", value: "\($0)") } },
            settings: { [] },
            now: { (MonotonicTime(nanoseconds: now()), WallTime(microsecondsSince1970: 1_700_000_000_000_000)) }
        )
    )
}

let engine = try makeEngine(view) { 60_000_000_000 }
let context = SessionContext(user: "app", host: "localhost", connectionID: 1, serverVersion: "10.11.19-MariaDB")

/// The median of a hundred runs.
@MainActor func measure(_ statement: String, before: () -> Void = {}) throws -> Duration {
    var times: [Duration] = []
    for _ in 0..<100 {
        before()
        times.append(
            try clock.measure { _ = try engine.run(.select(statement), parameters: [], in: context) }
        )
    }
    return times.sorted()[times.count / 2]
}

func line(_ what: String, _ time: Duration) {
    let microseconds = time.components.attoseconds / 1_000_000_000_000
    print("\(what): \(microseconds) us")
}

print("\(count) members, median of 100 runs")
let names = "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members"
line("five columns of all", try measure(names))
line("five columns of all, after a change of the view", try measure(names, before: view.change))
line("all columns of all", try measure("SELECT * FROM cluster_schema.members"))
line("COUNT(*)", try measure("SELECT COUNT(*) FROM cluster_schema.members WHERE state = 'ONLINE'"))

// What an event loop does of a statement before it hands it over.
let small = try makeEngine(LargeView(members: 3)) { [start] in
    let elapsed = start.duration(to: .now).components
    return 60_000_000_000 + UInt64(elapsed.seconds) * 1_000_000_000 + UInt64(elapsed.attoseconds / 1_000_000_000)
}

func columns(_ count: Int) -> String { (0..<count).map { "1 a\($0)" }.joined(separator: ", ") }

func chain(_ first: String, _ next: String, _ count: Int) -> String {
    let rest = (1..<count).map {
        "c\($0) AS (\(next.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "c\($0 - 1)")))"
    }
    return "WITH c0 AS (\(first)), \(rest.joined(separator: ", ")) SELECT COUNT(*) FROM c\(count - 1)"
}

let hostile: [(String, String)] = [
    (
        "a chain of wide tables",
        chain("SELECT \(columns(200)) FROM cluster_schema.members", "SELECT a.* FROM # a, # b", 15)
    ),
    ("a chain of all columns", chain("SELECT * FROM cluster_schema.members", "SELECT a.* FROM # a, # b", 25)),
    ("a chain of sums", chain("SELECT sql_port x FROM cluster_schema.members", "SELECT x + x x FROM #", 30)),
    (
        "a product of tables",
        "SELECT COUNT(*) FROM \((0..<20).map { "cluster_schema.status s\($0)" }.joined(separator: ", "))"
    ),
    (
        "many wide tables",
        "SELECT * FROM \((0..<60).map { "cluster_schema.members s\($0)" }.joined(separator: ", "))"
    ),
    (
        "many conditions",
        "SELECT 1 FROM cluster_schema.members WHERE \((0..<400).map { "role=\($0)" }.joined(separator: " OR "))"
    ),
    ("a long text", "SELECT LENGTH('\(String(repeating: "x", count: 60_000))') FROM cluster_schema.members"),
    (
        "many words",
        "SELECT 1 FROM cluster_schema.members WHERE 1 IN (\((0..<30_000).map { _ in "1" }.joined(separator: ",")))"
    ),
    (
        "a long pattern",
        "SELECT REPEAT('a', 1000000) LIKE CONCAT('%', REPEAT('a', 500000), 'b') FROM cluster_schema.members"
    ),
    ("long values", "SELECT REPLACE(REPEAT('x', 1000000), 'x', 'xy') FROM cluster_schema.members"),
]
print("until an event loop has answered a statement or handed it over, greatest of 20")
for (name, statement) in hostile {
    var longest = Duration.zero
    var outcome = ""
    for _ in 0..<20 {
        let time = clock.measure {
            guard case .virtual(let found) = small.route(Array(statement.utf8), in: context) else {
                return outcome = "not ours"
            }
            _ = small.variables(of: found, in: context)
            switch small.within(
                .brief,
                { () throws(SQLError) in
                    _ = small.readsClientSessions(found, in: context)
                    return try small.run(found, parameters: [], in: context)
                }
            ) {
            case .ended(.success): outcome = "answered"
            case .ended(.failure(let error)): outcome = "error \(error.errno)"
            case .usedUp: outcome = "handed over"
            }
        }
        longest = max(longest, time)
    }
    line("\(name), \(statement.utf8.count) bytes, \(outcome)", longest)
}

// The longest that an event loop reads, and the longest that a client of mysqld's has read at all.
for bytes in [2 * 1024, 64 * 1024] { Routing.measure(small, bytes: bytes) }
