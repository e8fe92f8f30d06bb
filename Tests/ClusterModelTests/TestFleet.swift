@testable import ClusterModel

/// Members of a small cluster as gossip tells of them: db1, db2 … with server ids 1, 2 …
enum TestFleet {
    static let start = WallTime(microsecondsSince1970: 1_000_000)

    static func later(milliseconds: Int64) -> WallTime {
        WallTime(microsecondsSince1970: start.microsecondsSince1970 + milliseconds * 1000)
    }

    static func id(_ number: UInt32) -> MemberID { MemberID(high: 0, low: UInt64(number)) }

    static func builder() -> ClusterViewBuilder { ClusterViewBuilder(clusterName: "orders", localID: id(1)) }

    static func view(_ members: [MemberSnapshot]) -> ClusterView {
        var builder = builder()
        builder.update(members, now: start)
        return builder.view
    }

    static func link(
        to source: UInt32,
        _ threads: (io: String, sql: String) = ("Yes", "Yes"),
        lag: Int? = 0
    )
        -> ReplicationLink
    {
        ReplicationLink(
            source: HostPort(host: "db\(source)", port: 3306),
            sourceServerID: source,
            ioState: threads.io,
            sqlState: threads.sql,
            lagMilliseconds: threads.io == "Yes" && threads.sql == "Yes" ? lag : nil
        )
    }

    static func seen(
        _ number: UInt32,
        writable: Bool = false,
        _ links: [ReplicationLink] = [],
        gtid: String? = "0-1-10"
    ) -> ServerObservation {
        ServerObservation(
            flavor: .mariaDB,
            version: "10.11",
            serverID: number,
            isReadOnly: !writable,
            gtidPosition: gtid.flatMap { try? GTIDSet($0, .mariaDB) },
            replication: links
        )
    }

    static func member(
        _ number: UInt32,
        _ server: ServerCondition,
        liveness: Liveness = .alive
    ) -> MemberSnapshot {
        MemberSnapshot(
            id: id(number),
            liveness: liveness,
            incarnation: .zero,
            lastHeard: MonotonicTime(nanoseconds: 5),
            record: record(number, server)
        )
    }

    static func record(_ number: UInt32, _ server: ServerCondition = .unknown) -> MemberRecord {
        MemberRecord(
            name: "db\(number)",
            sqlAddress: HostPort(host: "db\(number)", port: 6306),
            serverAddress: HostPort(host: "db\(number)", port: 3306),
            server: server
        )
    }

    static func writable(_ number: UInt32, _ links: ReplicationLink..., gtid: String = "0-1-10") -> MemberSnapshot {
        member(number, .up(seen(number, writable: true, links, gtid: gtid)))
    }

    static func readOnly(_ number: UInt32, _ links: ReplicationLink..., gtid: String = "0-1-10") -> MemberSnapshot {
        member(number, .up(seen(number, links, gtid: gtid)))
    }

    static func down(_ number: UInt32, last: ServerObservation? = nil) -> MemberSnapshot {
        member(number, .down(reason: "refused", last: last))
    }
}
