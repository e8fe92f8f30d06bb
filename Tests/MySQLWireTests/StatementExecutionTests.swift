import MySQLWire
import NIOCore
import Testing

@Suite struct StatementExecutionTests {
    static let head: [UInt8] = [0, 1, 0, 0, 0]

    @Test func `each type of parameter is read`() throws {
        let cases: [(type: UInt8, flags: UInt8, bytes: [UInt8], value: SQLValue)] = [
            (0x01, 0, [0xff], .integer(-1)),
            (0x01, 0x80, [0xff], .integer(255)),
            (0x02, 0, [0xfe, 0xff], .integer(-2)),
            (0x03, 0, [0x2a, 0, 0, 0], .integer(42)),
            (0x03, 0x80, [0xff, 0xff, 0xff, 0xff], .integer(4_294_967_295)),
            (0x08, 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .integer(-1)),
            (0x08, 0x80, [0, 0, 0, 0, 0, 0, 0, 0x80], .unsigned(9_223_372_036_854_775_808)),
            (0x04, 0, [0, 0, 0xc0, 0x3f], .double(1.5)),
            (0x05, 0, [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], .double(1.5)),
            (0x06, 0, [], .null),
            (0xfd, 0, [3, 0x64, 0x62, 0x31], .text("db1")),
            (0x00, 0, [3, 0x31, 0x2e, 0x35], .decimal("1.5")),
            (0xf6, 0, [4, 0x31, 0x2e, 0x35, 0x30], .decimal("1.50")),
            (0xf5, 0, [2, 0x7b, 0x7d], .text("{}")),
            (0x0a, 0, [4, 0xea, 0x07, 11, 21], .text("2026-11-21")),
            (0x0c, 0, [7, 0xea, 0x07, 11, 21, 1, 2, 3], .text("2026-11-21 01:02:03.000000")),
            (0x0c, 0, [11, 0xea, 0x07, 11, 21, 1, 2, 3, 0x40, 0xe2, 0x01, 0], .text("2026-11-21 01:02:03.123456")),
            (0x0b, 0, [8, 1, 1, 0, 0, 0, 2, 3, 4], .text("-26:03:04.000000")),
        ]
        for (type, flags, bytes, value) in cases {
            let payload = ByteBuffer(bytes: Self.head + [0, 1, type, flags] + bytes)
            let execution = try StatementExecution(
                payload,
                parameterCount: 1,
                knownTypes: [],
                longData: [:],
                capabilities: []
            )
            #expect(execution.parameters == [value], "type \(type)")
        }
    }

    @Test func `types are remembered, NULLs marked, long data taken`() throws {
        let known = [StatementExecution.ParameterType](repeating: .init(code: 0x01, isUnsigned: false), count: 3)
        let execution = try StatementExecution(
            ByteBuffer(bytes: Self.head + [0b010, 0, 7]),
            parameterCount: 3,
            knownTypes: known,
            longData: [2: Array("long".utf8)],
            capabilities: []
        )
        #expect(execution.parameters == [.integer(7), .null, .text("long")])
        #expect(execution.types == known)
    }

    @Test func `query attributes stand behind the parameters and are left out`() throws {
        // Two parameters: one of the statement, and the attribute "a" = 'x'.
        let bytes: [UInt8] = [8, 1, 0, 0, 0, 2, 0, 1, 0x01, 0, 0, 0xfd, 0, 1, 0x61, 5, 1, 0x78]
        let execution = try StatementExecution(
            ByteBuffer(bytes: bytes),
            parameterCount: 1,
            knownTypes: [],
            longData: [:],
            capabilities: .queryAttributes
        )
        #expect(execution.parameters == [.integer(5)])
    }

    @Test func `bytes that do not hold what they announce are refused`() {
        let whole = Self.head + [0, 1, 0xfd, 0, 3, 0x64, 0x62, 0x31]
        for length in 0..<whole.count {
            #expect(throws: SQLError.self, "\(length) bytes") {
                try StatementExecution(
                    ByteBuffer(bytes: whole.prefix(length)),
                    parameterCount: 1,
                    knownTypes: [],
                    longData: [:],
                    capabilities: []
                )
            }
        }
    }
}

@Suite struct BinaryResultSetTests {
    @Test func `rows have a bitmap of their NULLs and each value in its column's form`() {
        let columns: [ColumnDefinition] = [
            ColumnDefinition(name: "a", type: .long), ColumnDefinition(name: "b", type: .longLong),
            ColumnDefinition(name: "c", type: .double), ColumnDefinition(name: "d", type: .dateTime),
            ColumnDefinition(name: "e", type: .varString), ColumnDefinition(name: "f", type: .varString),
            ColumnDefinition(name: "g", type: .longLong),
        ]
        let row: [SQLValue] = [
            .integer(4_294_967_295), .integer(-2), .double(1.5), .text("2026-11-21 01:02:03.123456"), .text("db1"),
            .null, .null,
        ]
        var writer = PacketWriter(nextSequence: 1)
        ResultSetWriter(capabilities: .deprecateEOF, status: .autocommit)
            .write(ResultSet(columns: columns, rows: [row]), as: .binary, to: &writer)
        var bytes = writer.buffer
        var payloads: [[UInt8]] = []
        while let packet = try? PacketReader.next(from: &bytes, limit: 1024) {
            payloads.append(Array(packet.payload.readableBytesView))
        }
        #expect(payloads.count == 1 + 7 + 1 + 1)
        #expect(
            payloads[8] == [0, 0b1000_0000, 0b0000_0001, 0xff, 0xff, 0xff, 0xff]
                + [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
                + [0, 0, 0, 0, 0, 0, 0xf8, 0x3f] + [11, 0xea, 0x07, 11, 21, 1, 2, 3, 0x40, 0xe2, 0x01, 0]
                + [3, 0x64, 0x62, 0x31]
        )
    }
}
