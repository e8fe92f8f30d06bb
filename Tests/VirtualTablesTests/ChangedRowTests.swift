import ClusterModel
import MySQLWire
import Synchronization
import TestServers
import Testing
import VirtualTables

/// Rows are written only where they differ from those of the last look; what is read must not show it.
@Suite("Tables after changes")
struct ChangedRowTests {
    @Test("after any changes the tables are those of an engine that has seen nothing before", arguments: [1, 2, 3, 4])
    func sameAsFresh(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let fixture = try EngineFixture()
        fixture.view.change { $0.members = Self.members(count: 12, &random) }
        for round in 0..<40 {
            fixture.view.change { Self.change(&$0, &random) }
            let fresh = try EngineFixture()
            fresh.view.change { [view = fixture.view.current] in $0 = view }
            for table in ["members", "replication", "primary_member", "cluster"] where Bool.random(using: &random) {
                let text = "SELECT * FROM cluster_schema.\(table)"
                #expect(try fixture.rows(text) == fresh.rows(text), "seed \(seed), round \(round), \(table)")
            }
        }
    }

    @Test("STATUS shows what it is told at each look, with more rows and with fewer")
    func status() throws {
        let fixture = try EngineFixture()
        let lists = [
            [("A", "1"), ("B", "2")], [("A", "1"), ("B", "3")], [("A", "1"), ("B", "3"), ("C", "4")], [("C", "4")], [],
            [("D", "5")],
        ]
        for list in lists {
            fixture.sources.status.withLock { $0 = list.map { (name: $0.0, value: $0.1) } }
            #expect(try fixture.rows("SELECT * FROM cluster_schema.status") == list.map { "\($0.0)|\($0.1)" })
        }
    }

    @Test("a link's source is the first member that it leads to", arguments: [5, 6, 7, 8])
    func sources(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let fixture = try EngineFixture()
        for _ in 0..<20 {
            fixture.view.change { $0.members = Self.members(count: 9, &random) }
            let members = fixture.view.current.members
            let expected = members.flatMap { member in
                (member.record.server.observation?.replication ?? []).map { link in
                    members.first { link.leads(to: $0.record) }?.record.name ?? "NULL"
                }
            }
            #expect(try fixture.rows("SELECT SOURCE_NAME FROM cluster_schema.replication") == expected)
        }
    }

    // MARK: Views made by chance

    /// With few addresses and server ids, so that several members have the same.
    private static func members(count: UInt64, _ random: inout SplitMix) -> [ClusterView.Member] {
        (1...count).map { member(EngineFixture.id($0), &random) }
    }

    private static func member(_ id: MemberID, _ random: inout SplitMix) -> ClusterView.Member {
        var server = ServerCondition.down(reason: "refused", last: nil)
        if UInt8.random(in: 0..<4, using: &random) > 0 {
            server = .up(
                ServerObservation(
                    flavor: .mariaDB,
                    version: "10.11.19-MariaDB",
                    serverID: UInt32.random(in: 1...8, using: &random),
                    isReadOnly: Bool.random(using: &random),
                    gtidPosition: try? GTIDSet("0-1-\(UInt8.random(in: 0...3, using: &random))", .mariaDB),
                    replication: (0..<Int.random(in: 0...2, using: &random)).map { _ in link(&random) }
                )
            )
        }
        return ClusterView.Member(
            id: id,
            role: .replica,
            state: .online,
            stateSince: WallTime(microsecondsSince1970: 1_600_000_000_000_000),
            record: MemberRecord(
                name: "db\(UInt8.random(in: 1...20, using: &random))",
                sqlAddress: address(&random),
                serverAddress: Bool.random(using: &random) ? address(&random) : nil,
                server: server
            )
        )
    }

    private static func link(_ random: inout SplitMix) -> ReplicationLink {
        ReplicationLink(
            source: address(&random),
            sourceServerID: UInt32.random(in: 0...8, using: &random),
            ioState: "Yes",
            sqlState: "Yes",
            lagMilliseconds: Int.random(in: 0...5, using: &random)
        )
    }

    private static func address(_ random: inout SplitMix) -> HostPort {
        HostPort(host: "h\(UInt8.random(in: 1...5, using: &random))", port: 3306)
    }

    private static func change(_ view: inout ClusterView, _ random: inout SplitMix) {
        let index = Int.random(in: 0..<view.members.count, using: &random)
        switch UInt8.random(in: 0..<6, using: &random) {
        case 0: view.members[index].lastHeard = MonotonicTime(nanoseconds: 1)
        case 1:
            view.members.append(member(EngineFixture.id(UInt64.random(in: 100...1_000_000, using: &random)), &random))
        case 2 where view.members.count > 3: view.members.remove(at: index)
        case 3: view.members[index].state = .lagging
        case 4: view.members.swapAt(0, index)
        default: view.members[index].record = member(view.members[index].id, &random).record
        }
    }
}

extension ReplicationLink {
    /// Whether the member of this record is the link's source: by server id once it has connected, by address before.
    fileprivate func leads(to record: MemberRecord) -> Bool {
        if sourceServerID != 0, let seen = record.server.observation { return seen.serverID == sourceServerID }
        return record.sqlAddress == source || record.serverAddress == source
    }
}
