import ClusterModel
import Testing

@testable import Raft

@Suite("Messages as bytes")
struct MessageCodingTests {
    @Test("every message reads as it was written", arguments: RandomMessage.Kind.allCases)
    func roundTrip(kind: RandomMessage.Kind) throws {
        var random = BenchRandom(state: 1)
        for _ in 0..<300 {
            let message = RandomMessage.make(kind, using: &random)
            #expect(try RaftMessage(decoding: message.encoded[...]) == message)
        }
    }

    @Test("the bytes may lie anywhere in an array")
    func slice() throws {
        var random = BenchRandom(state: 2)
        let message = RandomMessage.make(.append, using: &random)
        let bytes = [1, 2, 3] + message.encoded + [4]
        #expect(try RaftMessage(decoding: bytes[3..<bytes.count - 1]) == message)
    }

    @Test("what is cut off somewhere is refused", arguments: RandomMessage.Kind.allCases)
    func truncation(kind: RandomMessage.Kind) {
        var random = BenchRandom(state: 3)
        for _ in 0..<20 {
            let bytes = RandomMessage.make(kind, using: &random).encoded
            for count in bytes.indices {
                #expect(throws: DecodingFailure.self) { try RaftMessage(decoding: bytes[..<count]) }
            }
        }
    }

    @Test("bytes behind the end are refused", arguments: RandomMessage.Kind.allCases)
    func tail(kind: RandomMessage.Kind) {
        var random = BenchRandom(state: 4)
        let bytes = RandomMessage.make(kind, using: &random).encoded + [0]
        #expect(throws: DecodingFailure.malformed) { try RaftMessage(decoding: bytes[...]) }
    }

    @Test(
        "with any byte changed it is refused, or is another message that is written as it was read",
        arguments: RandomMessage.Kind.allCases
    )
    func change(kind: RandomMessage.Kind) throws {
        var random = BenchRandom(state: 5)
        for _ in 0..<5 {
            let bytes = RandomMessage.make(kind, using: &random).encoded
            for place in bytes.indices {
                for value in [0, 1, 2, 0x7f, 0x80, 0xff, bytes[place] ^ 1, bytes[place] &+ 1, bytes[place] ^ 0x80] {
                    var changed = bytes
                    changed[place] = value
                    guard let read = try? RaftMessage(decoding: changed[...]) else { continue }
                    #expect(try RaftMessage(decoding: read.encoded[...]) == read)
                }
            }
        }
    }

    @Test("bytes at random are refused, or are a message")
    func noise() throws {
        var random = BenchRandom(state: 6)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...120, using: &random)
            let bytes = [1] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            guard let read = try? RaftMessage(decoding: bytes[...]) else { continue }
            #expect(try RaftMessage(decoding: read.encoded[...]) == read)
        }
    }

    @Test("another version is named", arguments: [0, 2, 255] as [UInt8])
    func version(version: UInt8) {
        var random = BenchRandom(state: 7)
        var bytes = RandomMessage.make(.heartbeat, using: &random).encoded
        bytes[0] = version
        #expect(throws: DecodingFailure.unknownVersion(version)) { try RaftMessage(decoding: bytes[...]) }
    }

    // MARK: Numbers that nothing has

    /// A head with that term, and a body.
    private func bytes(term: UInt64 = 1, _ body: (inout BinaryWriter) -> Void) -> ArraySlice<UInt8> {
        var writer = BinaryWriter()
        writer.byte(1)
        for _ in 0..<6 { writer.word(1) }
        writer.number(term)
        body(&writer)
        return writer.bytes[...]
    }

    private static let beyond: UInt64 = (1 << 62) + 1

    @Test("terms, places and rounds beyond what is counted to are refused", arguments: [beyond, .max])
    func greatNumbers(number: UInt64) {
        #expect(throws: DecodingFailure.malformed) {
            try RaftMessage(decoding: bytes(term: number) { $0.byte(10) })
        }
        for kind: UInt8 in [4, 6, 7] {
            #expect(throws: DecodingFailure.malformed) {
                try RaftMessage(
                    decoding: bytes {
                        $0.byte(kind)
                        $0.number(number)
                        if kind == 6 { $0.number(0) }
                    }
                )
            }
        }
    }

    @Test("counts without the bytes for them are refused before anything is taken")
    func greatCounts() {
        for count: UInt64 in [1, 1000, 1 << 32, 1 << 62, .max] {
            // Entries.
            #expect(throws: DecodingFailure.truncated) {
                try RaftMessage(
                    decoding: bytes {
                        $0.byte(3)
                        for number: UInt64 in [0, 0, 0, count] { $0.number(number) }
                    }
                )
            }
            // A command's bytes.
            #expect(throws: DecodingFailure.self) {
                try RaftMessage(
                    decoding: bytes {
                        $0.byte(3)
                        for number: UInt64 in [0, 0, 0, 1, 1] { $0.number(number) }
                        $0.byte(2)
                        $0.number(count)
                    }
                )
            }
            // Peers.
            #expect(throws: DecodingFailure.self) {
                try RaftMessage(
                    decoding: bytes {
                        $0.byte(8)
                        for number: UInt64 in [1, 1, count] { $0.number(number) }
                    }
                )
            }
        }
    }

    @Test("an entry's place may not pass what is counted to")
    func lastPlace() {
        func append(after index: UInt64) -> ArraySlice<UInt8> {
            bytes {
                $0.byte(3)
                for number: UInt64 in [1, index, 0, 1, 1] { $0.number(number) }
                $0.byte(1)
            }
        }
        #expect(throws: Never.self) { try RaftMessage(decoding: append(after: (1 << 62) - 1)) }
        #expect(throws: DecodingFailure.malformed) { try RaftMessage(decoding: append(after: 1 << 62)) }
    }

    @Test("terms that fall from one entry to the next are refused")
    func fallingTerms() {
        #expect(throws: DecodingFailure.malformed) {
            try RaftMessage(
                decoding: bytes {
                    $0.byte(3)
                    for number: UInt64 in [3, 1, 0, 1, 2] { $0.number(number) }
                    $0.byte(1)
                }
            )
        }
    }

    @Test("a piece of a snapshot lies within it", arguments: [(10, 11, 0), (10, 8, 3), (0, 0, 1), (1 << 41, 0, 0)])
    func piece(total: UInt64, offset: UInt64, count: Int) {
        #expect(throws: DecodingFailure.malformed) {
            try RaftMessage(
                decoding: bytes {
                    $0.byte(8)
                    for number: UInt64 in [1, 1, 0, total, offset] { $0.number(number) }
                    $0.counted([UInt8](repeating: 0, count: count))
                }
            )
        }
    }

    @Test("flags, kinds and parts have no other values")
    func enumerations() {
        let bodies: [(inout BinaryWriter) -> Void] = [
            { $0.byte(0) }, { $0.byte(11) },
            {
                for byte: UInt8 in [1, 0, 0, 0] { $0.byte(byte) }
            },
            {
                for byte: UInt8 in [1, 4, 0, 0] { $0.byte(byte) }
            },
            {
                for byte: UInt8 in [2, 1, 2] { $0.byte(byte) }
            },
            {
                for byte: UInt8 in [3, 0, 0, 0, 1, 0, 4] { $0.byte(byte) }
            },
        ]
        for body in bodies {
            #expect(throws: DecodingFailure.malformed) { try RaftMessage(decoding: bytes(body)) }
        }
    }

    @Test("a peer stands in a configuration once, as voter or learner")
    func configuration() {
        func configuration(_ peers: [(UInt64, UInt8)]) -> ArraySlice<UInt8> {
            var writer = BinaryWriter()
            writer.number(UInt64(peers.count))
            for (id, part) in peers {
                for word in [0, id, 0, id] { writer.word(word) }
                writer.byte(part)
            }
            return writer.bytes[...]
        }
        #expect(throws: Never.self) { try Configuration(decoding: configuration([(1, 1), (2, 2)])) }
        for peers: [(UInt64, UInt8)] in [[(1, 1), (1, 2)], [(1, 0)], [(1, 3)], (1...129).map { ($0, 2) }] {
            #expect(throws: DecodingFailure.malformed) { try Configuration(decoding: configuration(peers)) }
        }
    }

    @Test("what a store keeps of an entry reads as it was written, and nothing else does")
    func entryContent() throws {
        var random = BenchRandom(state: 8)
        for _ in 0..<300 {
            let content = RandomMessage.content(using: &random)
            let bytes = content.encoded
            #expect(try LogEntry.Content(decoding: bytes[...]) == content)
            for count in bytes.indices {
                #expect(throws: DecodingFailure.self) { try LogEntry.Content(decoding: bytes[..<count]) }
            }
            #expect(throws: DecodingFailure.malformed) { try LogEntry.Content(decoding: (bytes + [0])[...]) }
        }
    }
}
