import Testing

@testable import ClusterModel

@Suite("A member's record")
struct MemberRecordTests {
    @Test("links that would make the record too long lose what only people read")
    func manyLinks() throws {
        var record = MemberRecord(name: "db1", sqlAddress: HostPort(host: "db1", port: 6306))
        let position = try GTIDSet("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-4", .mySQL)
        let links = (0..<256).map { index in
            ReplicationLink(
                name: "channel\(index)",
                source: HostPort(host: "db2", port: 3306),
                sourceServerID: 2,
                ioState: "Yes",
                sqlState: "No",
                lagMilliseconds: nil,
                lastError: String(repeating: "x", count: 300),
                gtidReceived: try? GTIDSet("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", .mySQL),
                gtidApplied: position,
                isSemiSync: true
            )
        }
        record.server = .up(
            ServerObservation(
                flavor: .mySQL,
                version: "9",
                serverID: 1,
                isReadOnly: true,
                gtidPosition: position,
                replication: links
            )
        )
        let decoded = try MemberRecord(decoding: record.encoded()[...])
        let found = try #require(decoded.server.observation?.replication)
        #expect(found.map(\.name) == links.map(\.name))
        #expect(found.allSatisfy { $0.gtidReceived == nil && $0.lastError.isEmpty && $0.isSemiSync == true })
        #expect(found.allSatisfy { $0.gtidApplied == position })
    }

    @Test(
        "what was seen last of a server that is not seen travels, and whether it holds",
        arguments: [(true, true), (true, false), (false, false)]
    )
    func unseen(hasLast: Bool, holds: Bool) throws {
        var record = Self.full
        let last = hasLast ? record.server.observation : nil
        record.server = .unseen(reason: "refused: 1045", last: last, holds: holds)
        #expect(try MemberRecord(decoding: record.encoded()[...]) == record)
    }

    private static let someQuorum = QuorumID(high: 5, low: .max)

    @Test(
        "what a member says of its part in the quorum travels",
        arguments: [QuorumWords.Stage.fresh, .belongs(someQuorum), .removed(someQuorum), .failed],
        [true, false]
    )
    func quorum(stage: QuorumWords.Stage, isNamed: Bool) throws {
        let primary = Decisions.Primary(
            member: MemberID(high: 1, low: 2),
            epoch: Epoch(rawValue: 77),
            reason: .bootstrap,
            since: WallTime(microsecondsSince1970: 1_790_000_000_000_000)
        )
        var record = Self.full
        record.quorum = QuorumWords(
            peer: PeerID(high: 1, low: .max),
            stage: stage,
            voters: 5,
            campaigns: !isNamed,
            isFenced: isNamed,
            primary: isNamed ? primary : nil
        )
        #expect(try MemberRecord(decoding: record.encoded()[...]) == record)
        #expect(Self.full.isUrgentChange(to: record))
    }

    @Test("words about a quorum that a later version writes are none, and the rest of the record is read")
    func laterQuorumWords() throws {
        var record = Self.full
        record.quorum = QuorumWords(peer: PeerID(high: 1, low: 2), voters: 3)
        var bytes = record.encoded()
        let start = try #require(record.quorum).encoded
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: start) })
        bytes[place] = 2
        #expect(try MemberRecord(decoding: bytes[...]) == Self.full)
    }

    @Test("what the account was not shown travels")
    func notAllSeen() throws {
        var record = Self.full
        guard case .up(var seen) = record.server else { return }
        seen.replication = []
        seen.isReplicationKnown = false
        seen.problem = "grant SLAVE MONITOR"
        record.server = .up(seen)
        #expect(try MemberRecord(decoding: record.encoded()[...]) == record)
    }

    @Test("what is told of links later is nothing in an older record")
    func olderLinks() throws {
        var link = ReplicationLink(
            source: HostPort(host: "db2", port: 3306),
            sourceServerID: 2,
            ioState: "Yes",
            sqlState: "Yes",
            lagMilliseconds: 5,
            gtidReceived: try GTIDSet("0-1-2", .mariaDB),
            gtidApplied: try GTIDSet("0-1-1", .mariaDB),
            isSemiSync: false
        )
        let server = ServerObservation(flavor: .mariaDB, version: "", serverID: 1, isReadOnly: true)
        link.sqlErrorNumber = 1062
        link.ioErrorNumber = 2003
        #expect(try ReplicationLink(decoding: link.encoded(.full, ofServerAt: nil)[...], of: server) == link)
        var older = link
        older.gtidReceived = nil
        older.gtidApplied = nil
        older.isSemiSync = nil
        #expect(try ReplicationLink(decoding: older.encoded(.full, ofServerAt: nil)[...], of: server) == older)
    }

    /// A server and a link to it, with what they have.
    private func record(_ flavor: ServerFlavor, at position: GTIDSet?, applied: GTIDSet?) -> MemberRecord {
        var record = Self.full
        var link = ReplicationLink(
            source: HostPort(host: "db2", port: 3306),
            sourceServerID: 2,
            ioState: "Yes",
            sqlState: "Yes",
            lagMilliseconds: 5
        )
        link.gtidApplied = applied
        record.server = .up(
            ServerObservation(
                flavor: flavor,
                version: "9",
                serverID: 1,
                isReadOnly: true,
                gtidPosition: position,
                replication: [link]
            )
        )
        return record
    }

    /// - Parameter every: a number in so many is there.
    private func longSet(intervals: UInt64, every: UInt64) throws -> GTIDSet {
        let numbers = (1...intervals).map { ":\($0 * every)" }.joined()
        return try GTIDSet("3e11fa47-71ca-11e1-9e33-c80aa9429562" + numbers, .mySQL)
    }

    @Test("long GTID sets arrive whole")
    func longSets() throws {
        let long = try longSet(intervals: 12_000, every: 100)
        #expect(long.text.utf8.count > MemberRecord.maximumEncodedBytes)
        let position = try #require(try long.union(GTIDSet("4e11fa47-71ca-11e1-9e33-c80aa9429562:a_tag:1-7", .mySQL)))
        for applied in [position, long] {
            let told = record(.mySQL, at: position, applied: applied)
            #expect(MemberRecord.maximumEncodedBytes > told.encoded().count)
            #expect(try MemberRecord(decoding: told.encoded()[...]) == told)
        }
        let domains = try GTIDSet((1...1_000).map { "\($0)-4294967295-\($0)" }.joined(separator: ","), .mariaDB)
        let told = record(.mariaDB, at: domains, applied: try GTIDSet("0-1-2", .mariaDB))
        #expect(try MemberRecord(decoding: told.encoded()[...]) == told)
    }

    @Test("a GTID set that no record has room for is not known to the others, and never another")
    func tooLongSets() throws {
        let long = try longSet(intervals: 20_000, every: 2_000_000)
        for (position, applied) in [(long, long), (long, try GTIDSet("", .mySQL)), (try GTIDSet("", .mySQL), long)] {
            let told = record(.mySQL, at: position, applied: applied)
            #expect(told.encoded().count <= MemberRecord.maximumEncodedBytes)
            let seen = try #require(try MemberRecord(decoding: told.encoded()[...]).server.observation)
            #expect(seen.gtidPosition == (position == long ? nil : position))
            #expect(seen.replication.map(\.gtidApplied) == [nil])
        }
    }

    @Test("a set in a form that is not known here is not known, and the rest of the record is")
    func unreadableSet() throws {
        var observation = FieldWriter()
        observation.field(1, "mysql")
        observation.field(2, "12.0")
        observation.field(5, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5@later")
        var record = FieldWriter()
        record.field(1, "db1")
        record.field(5, "db1:6306")
        record.field(7, 1)
        record.field(9, bytes: observation.bytes)
        let seen = try #require(try MemberRecord(decoding: record.bytes[...]).server.observation)
        #expect(seen.version == "12.0")
        #expect(seen.gtidPosition == nil)
    }

    static let full = MemberRecord(
        name: "db1",
        kind: .database,
        zone: "dc1",
        promotion: .preferNot,
        sqlAddress: HostPort(host: "db1.internal", port: 6306),
        serverAddress: HostPort(host: "::1", port: 3306),
        server: .up(
            ServerObservation(
                flavor: .mariaDB,
                version: "10.11.6-MariaDB",
                serverID: 4_000_000_000,
                isReadOnly: true,
                gtidPosition: try? GTIDSet("0-1-12345", .mariaDB),
                threadsRunning: 3,
                connections: 80,
                queriesPerSecond: 12.5,
                replication: [
                    ReplicationLink(
                        source: HostPort(host: "db2", port: 3306),
                        sourceServerID: 2,
                        ioState: "Yes",
                        sqlState: "No",
                        lagMilliseconds: 4000,
                        lastError: "Duplicate entry"
                    )
                ]
            )
        ),
        lagThresholdMilliseconds: 5000,
        isStopping: false,
        topologyVersion: TopologyVersion(rawValue: 99)
    )

    static let records: [MemberRecord] = {
        var down = full
        down.server = .down(reason: "connection refused", last: full.server.observation)
        var unknown = full
        unknown.server = .unknown
        unknown.serverAddress = nil
        unknown.isStopping = true
        return [full, down, unknown]
    }()

    @Test("reads back as it was written", arguments: records)
    func roundTrip(_ record: MemberRecord) throws {
        #expect(try MemberRecord(decoding: record.encoded()[...]) == record)
    }

    @Test("fields of a later version are passed over")
    func unknownFields() throws {
        let later = Self.full.encoded() + [200, 3, 1, 2, 3]
        #expect(try MemberRecord(decoding: later[...]) == Self.full)
    }

    @Test("a replication link without its source is refused: it could not be passed on")
    func linkWithoutSource() {
        var link = FieldWriter()
        link.field(4, "Yes")
        var observation = FieldWriter()
        observation.field(9, bytes: link.bytes)
        var record = FieldWriter()
        record.field(1, "db1")
        record.field(5, "db1:6306")
        record.field(9, bytes: observation.bytes)
        #expect(throws: RecordDecodingError.missing(field: "source")) {
            try MemberRecord(decoding: record.bytes[...])
        }
    }

    @Test("cut bytes are an error or a shorter record, never a trap")
    func cut() {
        let bytes = Self.full.encoded()
        for count in 0..<bytes.count {
            #expect((try? MemberRecord(decoding: bytes.prefix(count))) != Self.full)
        }
        #expect(throws: RecordDecodingError.tooLong) {
            try MemberRecord(decoding: ArraySlice(repeating: 0, count: MemberRecord.maximumEncodedBytes + 1))
        }
    }

    @Test("changed bytes never trap")
    func changed() {
        var random = SystemRandomNumberGenerator()
        let bytes = Self.full.encoded()
        for _ in 0..<20_000 {
            var changed = bytes
            for _ in 0..<3 { changed[Int.random(in: 0..<changed.count, using: &random)] = .random(in: 0...255) }
            _ = try? MemberRecord(decoding: changed[...])
        }
    }

    @Test("load and lag can wait, roles and addresses cannot")
    func urgency() {
        func changed(_ body: (inout ServerObservation) -> Void) -> MemberRecord {
            var record = Self.full
            if case .up(var observation) = record.server {
                body(&observation)
                record.server = .up(observation)
            }
            return record
        }
        #expect(!Self.full.isUrgentChange(to: changed { $0.threadsRunning = 50 }))
        #expect(!Self.full.isUrgentChange(to: changed { $0.gtidPosition = try? GTIDSet("0-1-12346", .mariaDB) }))
        #expect(Self.full.isUrgentChange(to: changed { $0.isReadOnly = false }))
        #expect(Self.full.isUrgentChange(to: changed { $0.replication = [] }))
        #expect(Self.full.isUrgentChange(to: Self.records[1]))
    }
}

@Suite("Names and numbers")
struct IdentityTests {
    @Test(
        "addresses are read as they are written",
        arguments: ["db1:6306", "127.0.0.1:1", "[::1]:6306", "db1.internal:65535"]
    )
    func addresses(_ text: String) throws {
        #expect(try #require(HostPort(text)).description == text)
    }

    @Test(
        "other texts are no addresses",
        arguments: ["", "db1", ":6306", "db1:", "db1:70000", "::1:6306", "db 1:6306", "[]:1", "db1:-1", "é:1"]
    )
    func badAddresses(_ text: String) {
        #expect(HostPort(text) == nil)
    }

    @Test("member ids are UUIDs")
    func memberIDs() throws {
        let text = "0a1b2c3d-0000-5000-8000-00000000000f"
        let id = try #require(MemberID(text))
        #expect(id.description == text)
        #expect(MemberID(bytes: id.bytes) == id)
        for bad in ["", "0a1b2c3d", "0a1b2c3d-0000-5000-8000-00000000000g", "+a1b2c3d-0000-5000-8000-00000000000f"] {
            #expect(MemberID(bad) == nil)
        }
    }

    @Test("counters do not overflow")
    func counters() {
        #expect(Epoch(rawValue: .max).next.rawValue == .max)
    }
}
