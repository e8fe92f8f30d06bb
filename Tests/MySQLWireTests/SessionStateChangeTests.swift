import NIOCore
import Testing
import WirePackets

@testable import MySQLWire

@Suite("SessionStateChange")
struct SessionStateChangeTests {
    private static let change = SessionStateChange([("a.b", "17"), ("c", "")])
    /// One entity for each variable: its type, its length, name and value with theirs.
    private static let entities: [UInt8] =
        [0, 7, 3] + Array("a.b".utf8) + [2] + Array("17".utf8) + [0, 3, 1] + Array("c".utf8) + [0]

    private func added(_ payload: [UInt8], sequence: UInt8 = 3) -> [UInt8]? {
        let packet = ByteBuffer(bytes: Packets.packet(payload, sequence: sequence))
        return Self.change.added(toOK: packet).map { Array($0.readableBytesView) }
    }

    @Test("the bytes are those of the protocol")
    func bytes() {
        #expect(Self.change.bytes == Self.entities)
    }

    @Test(
        "an OK packet gets them, and the flag",
        arguments: [
            // Without info: an empty one has to stand before the state.
            ([0x00, 0, 0, 0x02, 0x00, 0, 0], [0x00, 0, 0, 0x02, 0x40, 0, 0, 0]),
            // With info, and numbers of several bytes.
            (
                [0x00, 0xfc, 0x10, 0x27, 0xfd, 1, 2, 3, 0x03, 0x00, 1, 0, 2, 104, 105],
                [0x00, 0xfc, 0x10, 0x27, 0xfd, 1, 2, 3, 0x03, 0x40, 1, 0, 2, 104, 105]
            ),
            // At the end of rows where EOF is deprecated.
            ([0xfe, 0, 0, 0x22, 0x00, 0, 0], [0xfe, 0, 0, 0x22, 0x40, 0, 0, 0]),
            // An empty info and nothing behind it.
            ([0x00, 0, 0, 0x02, 0x00, 0, 0, 0], [0x00, 0, 0, 0x02, 0x40, 0, 0, 0]),
        ] as [([UInt8], [UInt8])]
    )
    func addedToPlain(_ payload: [UInt8], head: [UInt8]) {
        let expected = head + [UInt8(Self.entities.count)] + Self.entities
        #expect(added(payload) == Packets.packet(expected, sequence: 3))
    }

    @Test("what mysqld tells stays before it")
    func addedToState() {
        let schema: [UInt8] = [1, 4, 3] + Array("app".utf8)
        let payload: [UInt8] = [0x00, 0, 0, 0x02, 0x40, 0, 0, 0, 6] + schema
        let expected: [UInt8] =
            [0x00, 0, 0, 0x02, 0x40, 0, 0, 0, UInt8(6 + Self.entities.count)] + schema + Self.entities
        #expect(added(payload, sequence: 255) == Packets.packet(expected, sequence: 255))
    }

    @Test("state of more than 250 bytes has a longer length")
    func long() {
        let schema: [UInt8] = [1, 0xf0, 0xef] + [UInt8](repeating: 120, count: 0xef)
        let payload: [UInt8] = [0x00, 0, 0, 0x02, 0x40, 0, 0, 0, UInt8(schema.count)] + schema
        let total = schema.count + Self.entities.count
        let expected: [UInt8] =
            [0x00, 0, 0, 0x02, 0x40, 0, 0, 0, 0xfc, UInt8(total & 0xff), UInt8(total >> 8)] + schema + Self.entities
        #expect(added(payload) == Packets.packet(expected, sequence: 3))
    }

    @Test(
        "what is no OK packet, or not understood, stays as it is",
        arguments: [
            [], [0x00], [0xfe, 0, 0, 2, 0], [0xff, 1, 4, 0x23, 0x34, 0x32, 0x30, 0x30, 0x30],
            [0x01, 0, 0, 2, 0, 0, 0], [0x00, 0xfe, 0, 0, 2, 0, 0],
            // An info that is cut, a state that is cut, bytes behind the state.
            [0x00, 0, 0, 2, 0, 0, 0, 9, 1], [0x00, 0, 0, 2, 0x40, 0, 0, 0, 9, 1],
            [0x00, 0, 0, 2, 0x40, 0, 0, 0, 1, 1, 1], [0x00, 0, 0, 2, 0, 0, 0, 0, 1, 1],
        ] as [[UInt8]]
    )
    func untouched(_ payload: [UInt8]) {
        #expect(added(payload) == nil)
    }

    @Test("a packet whose header says another length stays as it is")
    func wrongLength() {
        var bytes = Packets.ok()
        bytes[0] = 6
        #expect(Self.change.added(toOK: ByteBuffer(bytes: bytes)) == nil)
        #expect(Self.change.added(toOK: ByteBuffer(bytes: Packets.ok() + Packets.ok())) == nil)
        #expect(Self.change.added(toOK: ByteBuffer()) == nil)
    }

    @Test("of several packets the last is changed, if that is an OK")
    func last() throws {
        let rows = Packets.result(deprecateEOF: true)
        let changed = try #require(Self.change.added(toLastOf: ByteBuffer(bytes: rows)))
        let end = Packets.ok(header: 0xfe).count
        #expect(Array(changed.readableBytesView.prefix(rows.count - end)) == Array(rows.dropLast(end)))
        #expect(Array(changed.readableBytesView.suffix(Self.entities.count)) == Self.entities)
        #expect(Self.change.added(toLastOf: ByteBuffer(bytes: Packets.result(deprecateEOF: false))) == nil)
        #expect(Self.change.added(toLastOf: ByteBuffer(bytes: Packets.ok() + [1, 2])) == nil)
        #expect(Self.change.added(toLastOf: ByteBuffer()) == nil)
    }

    @Test("random bytes are rewritten into an OK packet that reads back, or stay; they never trap")
    func randomBytes() throws {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<50_000 {
            var payload = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if !payload.isEmpty, Bool.random(using: &random) { payload[0] = 0 }
            for index in payload.indices.dropFirst() where Bool.random(using: &random) { payload[index] &= 7 }
            guard let changed = added(payload) else { continue }
            // What was added can be added to again: the packet is one that is understood.
            let again = try #require(Self.change.added(toOK: ByteBuffer(bytes: changed)))
            #expect(again.readableBytes >= changed.count + Self.entities.count)
            #expect(Array(again.readableBytesView.suffix(Self.entities.count)) == Self.entities)
        }
    }
}
