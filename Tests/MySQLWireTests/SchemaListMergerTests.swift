import MySQLWire
import NIOCore
import Testing

@Suite("SHOW DATABASES with one more schema")
struct SchemaListMergerTests {
    private static let both: [Capabilities] = [
        [.protocol41], [.protocol41, .deprecateEOF], [.protocol41, .deprecateEOF, .optionalMetadata],
    ]

    private func list(_ names: [String], _ capabilities: Capabilities, sequence: UInt8 = 1) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: sequence)
        let result = ResultSet(columns: [ColumnDefinition(name: "Database")], rows: names.map { [.text($0)] })
        ResultSetWriter(capabilities: capabilities, status: [.autocommit, .inTransaction]).write(result, to: &writer)
        return writer.buffer
    }

    private func merge(_ bytes: ByteBuffer, _ capabilities: Capabilities) throws -> SchemaListMerger.Outcome? {
        var merger = SchemaListMerger(capabilities: capabilities, schema: "cluster_schema", nextSequence: 1)
        return try merger.consume(bytes)
    }

    @Test(
        "the row stands where sorting puts it",
        arguments: [
            (["app", "information_schema"], ["app", "cluster_schema", "information_schema"]),
            (["information_schema"], ["cluster_schema", "information_schema"]),
            (["App", "ABC"], ["App", "ABC", "cluster_schema"]),
            ([], ["cluster_schema"]),
            (["information_schema", "app", "mysql"], ["information_schema", "app", "cluster_schema", "mysql"]),
            (["app", "cluster_schema", "sys"], ["app", "cluster_schema", "sys"]),
            (["Cluster_Schema"], ["Cluster_Schema"]),
            (["cluster_a", "cluster_z"], ["cluster_a", "cluster_schema", "cluster_z"]),
        ] as [([String], [String])]
    )
    func place(names: [String], expected: [String]) throws {
        for capabilities in Self.both {
            let outcome = try #require(try merge(list(names, capabilities), capabilities))
            #expect(outcome.answer == list(expected, capabilities))
            #expect(!outcome.isRefused)
        }
    }

    @Test("an answer may come byte by byte")
    func pieces() throws {
        let bytes = list(["app", "mysql"], [.protocol41])
        var merger = SchemaListMerger(capabilities: [.protocol41], schema: "cluster_schema", nextSequence: 1)
        for byte in bytes.readableBytesView.dropLast() {
            #expect(try merger.consume(ByteBuffer(bytes: [byte])) == nil)
        }
        let outcome = try merger.consume(ByteBuffer(bytes: bytes.readableBytesView.suffix(1)))
        #expect(outcome?.answer == list(["app", "cluster_schema", "mysql"], [.protocol41]))
    }

    @Test("an error goes through as it is")
    func error() throws {
        var writer = PacketWriter(nextSequence: 1)
        SQLError(errno: 1227, sqlState: "42000", message: "no").write(to: &writer)
        let outcome = try merge(writer.buffer, [.protocol41])
        #expect(outcome?.answer == writer.buffer)
        #expect(outcome?.isRefused == true)
    }

    @Test("what is no list is a violation")
    func noList() {
        var writer = PacketWriter(nextSequence: 1)
        let wide = ResultSet(columns: [ColumnDefinition(name: "a"), ColumnDefinition(name: "b")], rows: [])
        ResultSetWriter(capabilities: [.protocol41], status: []).write(wide, to: &writer)
        #expect(throws: ProtocolViolation.self) { try merge(writer.buffer, [.protocol41]) }
        var row = PacketWriter(nextSequence: 1)
        row.packet { $0.writeBytes([1]) }
        row.packet { $0.writeBytes([0]) }
        row.packet { $0.writeBytes([0xfe, 0, 0, 0, 0]) }
        row.packet { $0.writeBytes([0xfd, 0xff]) }
        #expect(throws: ProtocolViolation.self) { try merge(row.buffer, [.protocol41]) }
    }
}
