import NIOCore
import Testing
import WirePackets

@testable import MySQLWire

@Suite("Answers of our own")
struct ResultSetWriterTests {
    private let result = ResultSet(
        columns: [
            ColumnDefinition(schema: "cluster_schema", table: "m", originalTable: "MEMBERS", name: "n"),
            ColumnDefinition(name: "COUNT(*)", characterSet: CharacterSet.binary, length: 21, type: .longLong),
        ],
        rows: [[.text("db1"), .integer(-3)], [.null, .double(2.5)], [.double(7), .blob([0xff, 0])]]
    )

    static let negotiated: [Capabilities] = [
        [], .deprecateEOF, [.mariaDBCacheMetadata], [.optionalMetadata, .deprecateEOF], .mariaDBExtendedMetadata,
    ]

    @Test("are whole answers to whoever follows the protocol", arguments: negotiated)
    func followable(_ capabilities: Capabilities) throws {
        var writer = PacketWriter(nextSequence: 1)
        ResultSetWriter(capabilities: capabilities, status: .autocommit).write(result, to: &writer)
        var tracker = ResponseTracker(capabilities: capabilities)
        tracker.expect(.results)
        let bytes = Array(writer.buffer.readableBytesView)
        for (index, byte) in bytes.enumerated() {
            #expect(try tracker.consume([byte].span).isIdle == (index == bytes.count - 1))
        }
    }

    @Test("number their packets from the command's on and carry the session's status")
    func sequence() throws {
        var writer = PacketWriter(nextSequence: 254)
        ResultSetWriter(capabilities: [], status: [.inTransaction]).write(result, to: &writer)
        var stream = writer.buffer
        var packets: [PacketReader.Packet] = []
        while let packet = try PacketReader.next(from: &stream, limit: 1 << 20) { packets.append(packet) }
        #expect(packets.map(\.sequence) == [254, 255, 0, 1, 2, 3, 4, 5])
        #expect(Array(try #require(packets.last).payload.readableBytesView) == [0xfe, 0, 0, 1, 0])
    }

    @Test("encode values as text")
    func values() throws {
        var writer = PacketWriter(nextSequence: 0)
        ResultSetWriter(capabilities: [], status: []).write(result, to: &writer)
        var stream = writer.buffer
        var rows: [[UInt8]] = []
        while let packet = try PacketReader.next(from: &stream, limit: 1 << 20) {
            rows.append(Array(packet.payload.readableBytesView))
        }
        #expect(rows[4] == [3] + Array("db1".utf8) + [2] + Array("-3".utf8))
        #expect(rows[5] == [0xfb, 3] + Array("2.5".utf8))
        #expect(rows[6] == [1] + Array("7".utf8) + [2, 0xff, 0])
    }

    @Test("split payloads at 16 MiB", arguments: [0xff_fffe, 0xff_ffff, 0x100_0000])
    func split(_ length: Int) throws {
        var writer = PacketWriter(nextSequence: 0)
        writer.packet { $0.writeRepeatingByte(7, count: length) }
        #expect(Array(writer.buffer.readableBytesView) == Packets.packet(Array(repeating: 7, count: length)))
    }

    @Test("an error packet reads back as it was written")
    func errors() throws {
        let error = SQLError(errno: 1146, sqlState: "42S02", message: "Table 'a.b' doesn't exist")
        var writer = PacketWriter(nextSequence: 1)
        error.write(to: &writer)
        var stream = writer.buffer
        let packet = try #require(try PacketReader.next(from: &stream, limit: 100))
        #expect(SQLError(errorPacket: packet.payload) == error)
    }

    @Test("query attributes before a statement are passed over")
    func attributes() {
        let statement = Array("SELECT 1".utf8)
        func bytes(_ prefix: [UInt8], _ capabilities: Capabilities = .queryAttributes) -> [UInt8]? {
            StatementText.bytes(ofQuery: ByteBuffer(bytes: prefix + statement), capabilities: capabilities)
        }
        #expect(bytes([], []) == statement)
        #expect(bytes([0, 1]) == statement)
        // Two attributes: a string `k` = "v" and a NULL named `n`.
        #expect(bytes([2, 1, 0b10, 1, 0xfd, 0, 1, 107, 0x06, 0, 1, 110, 1, 118]) == statement)
        #expect(bytes([200, 1]) == nil)
    }
}
