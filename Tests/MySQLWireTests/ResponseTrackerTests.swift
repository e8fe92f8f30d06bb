import Testing
import WirePackets

@testable import MySQLWire

/// One answer of mysqld: the command's shape, what was negotiated, and the bytes.
struct Answer: CustomTestStringConvertible, Sendable {
    var name: String
    var shape: ResponseShape
    var capabilities: Capabilities
    var bytes: [UInt8]

    /// - Parameter bytes: packets with any numbers.
    init(name: String, command: UInt8, asksForCursor: Bool = false, capabilities: Capabilities = [], bytes: [UInt8]) {
        self.name = name
        self.shape = asksForCursor ? .cursor : ResponseShape(command: command)
        self.capabilities = capabilities
        self.bytes = Packets.numbered(bytes)
    }

    var testDescription: String { name }

    static let all: [Answer] = [
        Answer(name: "OK to a query", command: Command.query, bytes: Packets.ok()),
        Answer(name: "ERR to a query", command: Command.query, bytes: Packets.error()),
        Answer(name: "OK to a ping", command: Command.ping, bytes: Packets.ok()),
        Answer(
            name: "statistics",
            command: Command.statistics,
            bytes: Packets.packet(Array("Uptime: 3  Threads: 1".utf8))
        ),
        Answer(name: "EOF to set option", command: Command.setOption, bytes: Packets.eof()),
        Answer(name: "result with EOF", command: Command.query, bytes: Packets.result(deprecateEOF: false)),
        Answer(
            name: "result without EOF",
            command: Command.query,
            capabilities: .deprecateEOF,
            bytes: Packets.result(deprecateEOF: true)
        ),
        Answer(
            name: "error amid rows",
            command: Command.query,
            bytes: Packets.packet([1]) + Packets.column + Packets.eof() + Packets.row + Packets.error()
        ),
        Answer(
            // As MySQL 9.7 answers CALL: the status behind the rows does not say that an OK follows.
            name: "OUT parameters of a procedure",
            command: Command.statementExecute,
            bytes: Packets.packet([1]) + Packets.column + Packets.eof(status: StatusFlags(rawValue: 0x100a))
                + Packets.packet([0, 0, 5, 0, 0, 0]) + Packets.eof(status: .autocommit) + Packets.ok()
        ),
        Answer(
            name: "two results and an OK",
            command: Command.query,
            bytes: Packets.result(deprecateEOF: false, status: [.autocommit, .moreResults])
                + Packets.result(deprecateEOF: false, status: [.autocommit, .moreResults]) + Packets.ok()
        ),
        Answer(
            name: "two results and an OK, without EOF",
            command: Command.query,
            capabilities: .deprecateEOF,
            bytes: Packets.result(deprecateEOF: true, status: [.autocommit, .moreResults])
                + Packets.result(deprecateEOF: true, status: [.autocommit, .moreResults]) + Packets.ok()
        ),
        Answer(
            name: "an OK, then an error",
            command: Command.query,
            bytes: Packets.ok(status: .moreResults) + Packets.error()
        ),
        Answer(
            name: "binary rows that begin with zero",
            command: Command.statementExecute,
            bytes: Packets.packet([1]) + Packets.column + Packets.eof() + Packets.packet([0, 0, 5])
                + Packets.packet([0, 0, 0xfe]) + Packets.eof()
        ),
        Answer(
            name: "cursor opened",
            command: Command.statementExecute,
            asksForCursor: true,
            bytes: Packets.packet([1]) + Packets.column + Packets.eof(status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "cursor opened, without EOF",
            command: Command.statementExecute,
            asksForCursor: true,
            capabilities: .deprecateEOF,
            bytes: Packets.packet([1]) + Packets.column
                + Packets.ok(status: [.autocommit, .cursorExists], header: 0xfe)
        ),
        Answer(
            name: "rows fetched from a cursor",
            command: Command.statementFetch,
            bytes: Packets.packet([0, 0, 5]) + Packets.packet([0, 0, 6]) + Packets.eof()
        ),
        Answer(name: "no rows left in a cursor", command: Command.statementFetch, bytes: Packets.eof()),
        Answer(
            name: "prepared, parameters and columns",
            command: Command.statementPrepare,
            bytes: Packets.packet([0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0]) + Packets.column + Packets.column
                + Packets.eof() + Packets.column + Packets.eof()
        ),
        Answer(
            name: "prepared, parameters and columns, without EOF",
            command: Command.statementPrepare,
            capabilities: .deprecateEOF,
            bytes: Packets.packet([0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0]) + Packets.column + Packets.column
                + Packets.column
        ),
        Answer(
            name: "prepared, nothing to describe",
            command: Command.statementPrepare,
            bytes: Packets.packet([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        ),
        Answer(name: "prepare refused", command: Command.statementPrepare, bytes: Packets.error()),
        Answer(
            name: "field list",
            command: Command.fieldList,
            bytes: Packets.column + Packets.column + Packets.eof()
        ),
        Answer(
            name: "progress reports before the answer",
            command: Command.query,
            capabilities: .mariaDBProgress,
            bytes: Packets.report + Packets.ok()
        ),
        Answer(
            // As CHECK TABLE of MyISAM and Aria.
            name: "progress reports between all packets",
            command: Command.query,
            capabilities: .mariaDBProgress,
            bytes: Packets.report + Packets.packet([1]) + Packets.report + Packets.column + Packets.report
                + Packets.eof() + Packets.report + Packets.row + Packets.report + Packets.row + Packets.report
                + Packets.eof()
        ),
        Answer(
            name: "progress reports between all packets, without EOF",
            command: Command.statementExecute,
            capabilities: [.progressObsolete, .deprecateEOF],
            bytes: Packets.packet([1]) + Packets.report + Packets.column + Packets.report
                + Packets.packet([0, 0, 5]) + Packets.report + Packets.ok(header: 0xfe)
        ),
        Answer(
            // The procedure has opened a cursor of its own before it selects.
            name: "a procedure's result with the flag of a cursor",
            command: Command.query,
            bytes: Packets.result(deprecateEOF: false, status: [.autocommit, .moreResults, .cursorExists])
                + Packets.ok(status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "a prepared procedure's result with the flag of a cursor",
            command: Command.statementExecute,
            bytes: Packets.result(deprecateEOF: false, status: [.autocommit, .moreResults, .cursorExists])
                + Packets.ok(status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "the same where a cursor is asked for",
            command: Command.statementExecute,
            asksForCursor: true,
            bytes: Packets.result(deprecateEOF: false, status: [.autocommit, .moreResults, .cursorExists])
                + Packets.ok(status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "the same, without EOF",
            command: Command.statementExecute,
            asksForCursor: true,
            capabilities: .deprecateEOF,
            bytes: Packets.result(deprecateEOF: true, status: [.autocommit, .moreResults, .cursorExists])
                + Packets.ok(status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "a result alone with the flag of a cursor",
            command: Command.query,
            bytes: Packets.result(deprecateEOF: false, status: [.autocommit, .cursorExists])
        ),
        Answer(
            name: "OK to a ping with flags of statements",
            command: Command.ping,
            bytes: Packets.ok(status: [.autocommit, .moreResults, .outParameters, .cursorExists])
        ),
        Answer(
            name: "rows fetched, with flags of statements",
            command: Command.statementFetch,
            bytes: Packets.packet([0, 0, 5]) + Packets.eof(status: [.moreResults, .cursorExists])
        ),
        Answer(
            name: "a result with the flag of OUT parameters, which are of prepared procedures alone",
            command: Command.query,
            bytes: Packets.packet([1]) + Packets.column + Packets.eof(status: [.outParameters, .moreResults])
                + Packets.row + Packets.eof()
        ),
        Answer(
            name: "cached metadata left out",
            command: Command.statementExecute,
            capabilities: [.mariaDBCacheMetadata, .deprecateEOF],
            bytes: Packets.packet([1, 0]) + Packets.packet([0, 0, 5]) + Packets.ok(header: 0xfe)
        ),
        Answer(
            name: "cached metadata sent",
            command: Command.statementExecute,
            capabilities: [.mariaDBCacheMetadata, .deprecateEOF],
            bytes: Packets.packet([1, 1]) + Packets.column + Packets.packet([0, 0, 5]) + Packets.ok(header: 0xfe)
        ),
        Answer(
            name: "optional metadata left out",
            command: Command.query,
            capabilities: [.optionalMetadata, .deprecateEOF],
            bytes: Packets.packet([0, 1]) + Packets.row + Packets.ok(header: 0xfe)
        ),
        Answer(
            name: "optional metadata sent",
            command: Command.query,
            capabilities: [.optionalMetadata, .deprecateEOF],
            bytes: Packets.packet([1, 1]) + Packets.column + Packets.row + Packets.ok(header: 0xfe)
        ),
    ]
}

@Suite("The end of each answer is known")
struct ResponseTrackerTests {
    @Test("in one piece", arguments: Answer.all)
    func wholeAnswer(_ answer: Answer) throws {
        var tracker = ResponseTracker(capabilities: answer.capabilities)
        tracker.expect(answer.shape)
        #expect(!tracker.isIdle)
        let outcome = try tracker.consume(answer.bytes.span)
        #expect(outcome.isIdle)
    }

    @Test("byte by byte, and not one byte early", arguments: Answer.all)
    func drip(_ answer: Answer) throws {
        var tracker = ResponseTracker(capabilities: answer.capabilities)
        tracker.expect(answer.shape)
        for (index, byte) in answer.bytes.enumerated() {
            let outcome = try tracker.consume([byte].span)
            #expect(outcome.isIdle == (index == answer.bytes.count - 1), "at byte \(index)")
        }
    }

    @Test("many answers in one piece, cut anywhere")
    func randomSlices() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let capabilities: Capabilities = Bool.random(using: &random) ? .deprecateEOF : []
            let answers = Answer.all.filter { $0.capabilities == capabilities }.shuffled(using: &random)
            var tracker = ResponseTracker(capabilities: capabilities)
            for answer in answers { tracker.expect(answer.shape) }
            var rest = answers.flatMap(\.bytes)[...]
            while !rest.isEmpty {
                #expect(!tracker.isIdle)
                let piece = Array(rest.prefix(Int.random(in: 1...40, using: &random)))
                _ = try tracker.consume(piece.span)
                rest = rest.dropFirst(piece.count)
            }
            #expect(tracker.isIdle)
        }
    }

    @Test("rows beyond 16 MiB are not taken for the end, whatever their parts begin with")
    func hugeRow() throws {
        var tracker = ResponseTracker(capabilities: [])
        tracker.expect(.results)
        var value = [UInt8](repeating: 0xfe, count: PacketFormat.maximumPayloadBytes + 4)
        value[0] = 0xfe
        let bytes = Packets.numbered(
            Packets.packet([1]) + Packets.column + Packets.eof() + Packets.packet(value) + Packets.eof()
        )
        let end = bytes.count - Packets.eof().count
        #expect(try !tracker.consume(Array(bytes[..<end]).span).isIdle)
        #expect(try tracker.consume(Array(bytes[end...]).span).isIdle)
    }

    @Test("the status of the last OK is kept")
    func status() throws {
        var tracker = ResponseTracker(capabilities: [])
        tracker.expect(.results)
        _ = try tracker.consume(Packets.ok(status: [.inTransaction, .noBackslashEscapes]).span)
        #expect(tracker.status == [.inTransaction, .noBackslashEscapes])
    }

    @Test("bytes that nothing asked for are a violation, an error packet is not")
    func unasked() throws {
        var tracker = ResponseTracker(capabilities: [])
        #expect(throws: ProtocolViolation.unexpectedServerBytes) { try tracker.consume(Packets.ok().span) }
        var other = ResponseTracker(capabilities: [])
        #expect(try other.consume(Packets.error().span).isIdle)
    }

    @Test("an answer that comes where another was not at its end is a violation, and so is one of another command")
    func outOfStep() throws {
        let violation = ProtocolViolation.malformedResponse("not the packet that follows in the answer")
        // More is awaited than comes, and then comes the next command's answer.
        for (awaited, came) in [
            (ResponseShape.results, Packets.ok(status: .moreResults)),
            (.results, Packets.numbered(Packets.packet([1]) + Packets.column + Packets.eof())),
            (.prepared, Packets.packet([0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0], sequence: 1)),
        ] {
            var tracker = ResponseTracker(capabilities: [])
            tracker.expect(awaited, firstSequence: 1)
            #expect(try !tracker.consume(came.span).isIdle)
            tracker.expect(.onePacket, firstSequence: 1)
            #expect(throws: violation) { try tracker.consume(Packets.ok().span) }
        }
        // Less is awaited than comes, while another command is under way.
        var tracker = ResponseTracker(capabilities: [])
        for _ in 0..<2 { tracker.expect(.onePacket, firstSequence: 1) }
        #expect(throws: violation) { try tracker.consume(Packets.result(deprecateEOF: false).span) }
        // Why mysqld ends the connection it may say under any number.
        var other = ResponseTracker(capabilities: [])
        other.expect(.results, firstSequence: 5)
        #expect(try other.consume(Packets.error().span).isIdle)
    }

    @Test("random bytes end in a violation or are followed; they never trap")
    func randomBytes() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let capabilities = Capabilities(rawValue: random.next())
            var tracker = ResponseTracker(capabilities: capabilities)
            let command =
                [Command.query, Command.statementPrepare, Command.fieldList, Command.statementFetch]
                .randomElement(using: &random) ?? Command.query
            tracker.expect(ResponseShape(command: command))
            var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Small lengths, so that more than the first packet is reached.
            for index in stride(from: 1, to: bytes.count, by: 5) { bytes[index] = 0 }
            bytes = Packets.numbered(bytes)
            _ = try? tracker.consume(bytes.span)
        }
    }
}
