// What a look at the table of a large cluster costs: swift run -c release tables-benchmark [MEMBERS]

import ClusterModel
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
                            gtidPosition: "0-1-\(number)"
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
let engine = try VirtualTableEngine(
    sources: VirtualTableSources(
        view: view,
        status: { [] },
        settings: { [] },
        now: { (MonotonicTime(nanoseconds: 60_000_000_000), WallTime(microsecondsSince1970: 1_700_000_000_000_000)) }
    )
)
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
