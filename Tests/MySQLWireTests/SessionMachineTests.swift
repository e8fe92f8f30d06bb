import Testing
import WirePackets

@testable import MySQLWire

@Suite("A session in its command phase")
struct SessionMachineTests {
    private func isCandidate(_ statement: Span<UInt8>) -> Bool {
        statement.withUnsafeBytes { bytes in
            guard bytes.count > 0 else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("cluster_")
        }
    }

    private func scan(
        _ machine: inout SessionMachine,
        _ bytes: [UInt8]
    ) throws -> SessionMachine.ClientScan {
        try machine.scanClient(bytes.span, isCandidate: isCandidate)
    }

    @Test("ordinary commands go on whole")
    func forwards() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let bytes = Packets.query("SELECT 1") + Packets.command(Command.ping)
        #expect(try scan(&machine, bytes) == .init(forward: bytes.count, stop: .needsMore))
        #expect(!machine.isIdle)
        #expect(try !machine.consumeServer(Packets.result(deprecateEOF: false).span).isIdle)
        #expect(try machine.consumeServer(Packets.ok().span).isIdle)
    }

    @Test("a candidate is given to us once mysqld has answered what came before")
    func virtualAmongPipelined() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let first = Packets.query("SELECT 1")
        let second = Packets.query("SELECT * FROM cluster_schema.members")
        #expect(try scan(&machine, first + second) == .init(forward: first.count, stop: .blocked))
        #expect(try scan(&machine, second) == .init(forward: 0, stop: .blocked))
        _ = try machine.consumeServer(Packets.ok().span)
        #expect(
            try scan(&machine, second)
                == .init(forward: 0, stop: .intercept(command: Command.query, payloadLength: second.count - 4))
        )
    }

    @Test("a statement that is not whole yet waits, one that is too long to look at goes on")
    func partialStatements() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let statement = Packets.query("SELECT * FROM cluster_schema.members")
        for count in 0..<statement.count {
            #expect(try scan(&machine, Array(statement.prefix(count))) == .init(forward: 0, stop: .needsMore))
        }
        let long = Packets.query(
            "SELECT 'cluster_" + String(repeating: "x", count: SessionMachine.maximumInspectedBytes) + "'"
        )
        #expect(try scan(&machine, Array(long.prefix(100))) == .init(forward: 100, stop: .needsMore))
        #expect(try scan(&machine, Array(long.dropFirst(100))) == .init(forward: long.count - 100, stop: .needsMore))
    }

    @Test("the parts of a command beyond 16 MiB are not taken for commands")
    func splitCommand() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let text = String(repeating: "\u{01}", count: PacketFormat.maximumPayloadBytes + 10)
        let bytes = Packets.query(text) + Packets.command(Command.ping)
        #expect(try scan(&machine, bytes) == .init(forward: bytes.count, stop: .needsMore))
        _ = try machine.consumeServer(Packets.ok().span)
        #expect(try machine.consumeServer(Packets.ok().span).isIdle)
    }

    @Test("a local file is sent packet by packet until an empty one")
    func localFile() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        _ = try scan(&machine, Packets.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t"))
        #expect(try !machine.consumeServer(Packets.packet([0xfb, 120], sequence: 1).span).isIdle)
        // A line of the file that looks like a statement for us.
        let file = Packets.packet(Array("\u{03}cluster_schema".utf8)) + Packets.packet([])
        #expect(try scan(&machine, file) == .init(forward: file.count, stop: .needsMore))
        #expect(try machine.consumeServer(Packets.ok().span).isIdle)
        let next = Packets.query("SELECT * FROM cluster_schema.members")
        #expect(try scan(&machine, next).stop != .needsMore)
    }

    @Test("reports of progress behind the end of a local file do not begin another one")
    func progressBehindLocalFile() throws {
        var machine = SessionMachine(capabilities: .mariaDBProgress, isLocal: false)
        _ = try scan(&machine, Packets.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t"))
        _ = try machine.consumeServer(Packets.packet([0xfb, 120], sequence: 1).span)
        let file = Packets.packet([1, 2, 3]) + Packets.packet([])
        _ = try scan(&machine, file)
        let report = Packets.packet([0xff, 0xff, 0xff, 1, 1, 1, 0, 0, 0, 0])
        #expect(try !machine.consumeServer(report.span).isIdle)
        #expect(try machine.consumeServer(Packets.ok().span).isIdle)
        let next = Packets.query("SELECT 1")
        _ = try scan(&machine, next)
        #expect(!machine.isIdle)
    }

    @Test("the answer to a local file may come in pieces, and commands after it are commands")
    func cutAnswerToLocalFile() throws {
        let answer = Packets.ok()
        for cut in 1..<answer.count {
            var machine = SessionMachine(capabilities: [], isLocal: false)
            _ = try scan(&machine, Packets.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t"))
            _ = try machine.consumeServer(Packets.packet([0xfb, 120], sequence: 1).span)
            _ = try scan(&machine, Packets.packet([1, 2, 3]) + Packets.packet([]))
            #expect(try !machine.consumeServer(Array(answer.prefix(cut)).span).isIdle)
            #expect(try machine.consumeServer(Array(answer.dropFirst(cut)).span).isIdle)
            _ = try scan(&machine, Packets.command(Command.ping))
            #expect(machine.hasUnansweredCommand)
            #expect(try machine.consumeServer(answer.span).isIdle)
        }
    }

    @Test("a client that pipelines without end is made to wait")
    func pipelineLimit() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let ping = Packets.command(Command.ping)
        let bytes = Array(repeatElement(ping, count: 1000).joined())
        let scan = try scan(&machine, bytes)
        #expect(scan.stop == .blocked)
        #expect(scan.forward == (ResponseTracker.maximumOutstanding + 1) * ping.count)
    }

    @Test(
        "the statement prepared last is not mysqld's while the last COM_STMT_PREPARE was not",
        arguments: [
            Command.statementExecute, Command.statementBulkExecute, Command.statementReset, Command.statementFetch,
            Command.statementSendLongData, Command.statementClose,
        ]
    )
    func lastPrepared(command: UInt8) throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let last = Packets.packet([command, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0])
        let forwarded = SessionMachine.ClientScan(forward: last.count, stop: .needsMore)
        let intercepted = SessionMachine.ClientScan(
            forward: 0,
            stop: .intercept(command: command, payloadLength: last.count - 4)
        )
        func answer() throws { while !machine.isIdle { _ = try machine.consumeServer(Packets.error().span) } }
        #expect(try scan(&machine, last) == forwarded)
        try answer()
        // Whatever the sidecar answers to this, an error or not.
        let virtual = Packets.command(Command.statementPrepare, "SELECT * FROM cluster_schema.members")
        let prepare = SessionMachine.Stop.intercept(
            command: Command.statementPrepare,
            payloadLength: virtual.count - 4
        )
        #expect(try scan(&machine, virtual).stop == prepare)
        #expect(try scan(&machine, last) == intercepted)
        // Nor behind COM_RESET_CONNECTION.
        _ = try scan(&machine, Packets.command(Command.resetConnection))
        _ = try machine.consumeServer(Packets.ok().span)
        #expect(try scan(&machine, last) == intercepted)
        // What mysqld prepares is its own, whether it was looked at or not.
        _ = try scan(&machine, Packets.command(Command.statementPrepare, "SELECT 1"))
        try answer()
        #expect(try scan(&machine, last) == forwarded)
        try answer()
        _ = try scan(&machine, virtual)
        machine.forwardIntercepted(command: Command.statementPrepare, sequence: 0, choosesSchema: false)
        try answer()
        #expect(try scan(&machine, last) == forwarded)
    }

    @Test("a cursor is there for a COM_STMT_EXECUTE that asks for one", arguments: [0, 1, 2, 4, 8, 9] as [UInt8])
    func cursors(flags: UInt8) throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let execute = Packets.packet([Command.statementExecute, 1, 0, 0, 0, flags, 1, 0, 0, 0])
        for count in 0..<10 {
            #expect(try scan(&machine, Array(execute.prefix(count))) == .init(forward: 0, stop: .needsMore))
        }
        #expect(try scan(&machine, execute).forward == execute.count)
        let head = Packets.packet([1]) + Packets.column + Packets.eof(status: .cursorExists)
        let outcome = try machine.consumeServer(Packets.numbered(head).span)
        #expect(outcome.isIdle == (flags & 7 != 0))
    }

    @Test("packets of a client that compresses get the numbers that mysqld looks at")
    func numbersOfCompressingClients() throws {
        let text = String(repeating: "x", count: 2 * PacketFormat.maximumPayloadBytes + 10)
        let rightBytes = Packets.query(text)
        let whole = PacketFormat.headerBytes + PacketFormat.maximumPayloadBytes
        // As libmariadb sends it.
        var bytes = rightBytes
        for part in 1...2 { bytes[part * whole + 3] = 0 }
        var plain = SessionMachine(capabilities: [], isLocal: false)
        #expect(try scan(&plain, bytes) == .init(forward: bytes.count, stop: .needsMore))

        var machine = SessionMachine(capabilities: [], isLocal: false)
        machine.numbersPackets = true
        #expect(try scan(&machine, bytes) == .init(forward: whole, stop: .misnumbered(1)))
        bytes[whole + 3] = 1
        #expect(try scan(&machine, Array(bytes[whole...])) == .init(forward: whole, stop: .misnumbered(2)))
        bytes[2 * whole + 3] = 2
        let last = Array(bytes[(2 * whole)...])
        #expect(try scan(&machine, last) == .init(forward: last.count, stop: .needsMore))
        #expect(bytes == rightBytes)
        // mysqld goes on from there.
        #expect(try machine.consumeServer(Packets.numbered(Packets.packet([0xfb, 120]), from: 3).span).isIdle == false)
        // A local file goes on from the request for it.
        #expect(try scan(&machine, Packets.packet([97])) == .init(forward: 0, stop: .misnumbered(4)))
        let file = Packets.packet([97], sequence: 4) + Packets.packet([], sequence: 5)
        #expect(try scan(&machine, file) == .init(forward: file.count, stop: .needsMore))
        #expect(try machine.consumeServer(Packets.numbered(Packets.ok(), from: 6).span).isIdle)
        #expect(try scan(&machine, Packets.packet([Command.ping], sequence: 7)).stop == .misnumbered(0))
    }

    @Test("behind a fence statements are looked at, other commands refused, and what changes nothing goes on")
    func fenced() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        machine.isFenced = true
        let query = Packets.query("SELECT 1")
        let inspected = ClientStop.intercept(command: Command.query, payloadLength: query.count - 4)
        #expect(try scan(&machine, query) == .init(forward: 0, stop: inspected))
        let execution = Packets.packet([Command.statementExecute, 1, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect(try scan(&machine, execution) == .init(forward: 0, stop: .fenced(payloadLength: 10)))
        #expect(try scan(&machine, Array(execution.dropLast())) == .init(forward: 0, stop: .needsMore))
        let own = Packets.packet([Command.statementExecute, 1, 0, 0, 0x80, 0, 1, 0, 0, 0])
        let isOwn = ClientStop.intercept(command: Command.statementExecute, payloadLength: 10)
        #expect(try scan(&machine, own) == .init(forward: 0, stop: isOwn))
        // It is not waited for.
        let long = Packets.query(String(repeating: "x", count: SessionMachine.maximumInspectedBytes))
        #expect(
            try scan(&machine, Array(long.prefix(5))) == .init(forward: 0, stop: .fenced(payloadLength: long.count - 4))
        )
        let close = Packets.packet([Command.statementClose, 1, 0, 0, 0])
        #expect(try scan(&machine, close + query) == .init(forward: close.count, stop: inspected))
        let ping = Packets.packet([Command.ping])
        #expect(try scan(&machine, ping + execution) == .init(forward: ping.count, stop: .blocked))
    }

    @Test("what goes on with a command that was forwarded is known")
    func amidCommand() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        #expect(machine.sequenceAmidCommand == nil)
        let long = Packets.query(String(repeating: "x", count: SessionMachine.maximumInspectedBytes))
        #expect(try scan(&machine, Array(long.prefix(100))) == .init(forward: 100, stop: .needsMore))
        #expect(machine.sequenceAmidCommand == 1)
        #expect(try scan(&machine, Array(long.dropFirst(100))).forward == long.count - 100)
        #expect(machine.sequenceAmidCommand == nil)
    }

    private typealias ClientStop = SessionMachine.Stop

    @Test("what follows the last answer is left to who has sent a command of its own", arguments: [false, true])
    func stopsWhenIdle(isTelling: Bool) throws {
        let answers = Packets.result(deprecateEOF: false) + Packets.ok()
        let bytes = answers + Packets.ok()
        for cut in 1...bytes.count {
            var machine = SessionMachine(capabilities: [], isLocal: false)
            _ = try scan(&machine, Packets.query("SELECT 1") + Packets.command(Command.ping))
            machine.stopsWhenIdle = true
            var consumed = 0
            for end in [cut, bytes.count, bytes.count] {
                let piece = Array(bytes[consumed..<end])
                consumed +=
                    isTelling
                    ? try machine.consumeServerUpToOK(piece.span).consumed
                    : try machine.consumeServer(piece.span).consumed
            }
            #expect(consumed == answers.count)
            #expect(machine.isIdle)
        }
    }

    @Test("commands without an answer do not count")
    func unanswered() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let close = Packets.packet([Command.statementClose, 1, 0, 0, 0])
        _ = try scan(&machine, Array(repeatElement(close, count: 200).joined()))
        #expect(machine.isIdle)
    }

    @Test("while cluster_schema is chosen every statement is looked at, until mysqld chooses another")
    func chosenSchema() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        machine.isVirtualSchemaSelected = true
        let statement = Packets.query("SELECT * FROM members")
        let intercept = SessionMachine.Stop.intercept(command: Command.query, payloadLength: statement.count - 4)
        #expect(try scan(&machine, statement).stop == intercept)
        let use = Packets.command(Command.initDatabase, "app")
        #expect(
            try scan(&machine, use).stop == .intercept(command: Command.initDatabase, payloadLength: use.count - 4)
        )
        machine.forwardIntercepted(command: Command.initDatabase, sequence: 0, choosesSchema: false)
        _ = try machine.consumeServer(Packets.error().span)
        #expect(machine.isVirtualSchemaSelected)
        machine.forwardIntercepted(command: Command.query, sequence: 0, choosesSchema: true)
        _ = try machine.consumeServer(Packets.ok().span)
        #expect(!machine.isVirtualSchemaSelected)
        #expect(try scan(&machine, statement).stop == .needsMore)
    }

    @Test("a replica's stream is passed on unread, once it has begun")
    func binlogDump() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let acknowledgement: [UInt8] = [9, 0, 0, 0, 0xef, 1, 2, 3, 4, 5, 6, 7, 8]
        #expect(try scan(&machine, Self.dump + acknowledgement) == .init(forward: Self.dump.count, stop: .blocked))
        #expect(try scan(&machine, acknowledgement) == .init(forward: 0, stop: .blocked))
        let events = Packets.packet((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }, sequence: 1)
        #expect(try machine.consumeServer(events.span).isIdle)
        #expect(machine.isDumping)
        #expect(try !machine.consumeServer(events.span).isIdle)
        #expect(try scan(&machine, acknowledgement).forward == acknowledgement.count)
        let change = Packets.command(Command.changeUser, "app\0")
        #expect(try scan(&machine, change) == .init(forward: change.count, stop: .needsMore))
    }

    @Test(
        "behind a dump that mysqld refuses commands are commands",
        arguments: [Command.binlogDump, Command.binlogDumpGTID]
    )
    func refusedDump(command: UInt8) throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let dump = Packets.packet([command] + Self.dump.dropFirst(5))
        let change = Packets.command(Command.changeUser, "root\0")
        #expect(try scan(&machine, dump + change) == .init(forward: dump.count, stop: .blocked))
        #expect(try machine.consumeServer(Packets.error().span).isIdle)
        #expect(!machine.isDumping)
        let intercept = SessionMachine.Stop.intercept(command: Command.changeUser, payloadLength: change.count - 4)
        #expect(try scan(&machine, change) == .init(forward: 0, stop: intercept))
    }

    private static let dump = Packets.packet([Command.binlogDump, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])

    @Test(
        "what makes another of the client, or of the session, never goes on without a look",
        arguments: [
            Command.changeUser, Command.tableDump, Command.clone, Command.groupReplicationStream, Command.multiple,
        ]
    )
    func alwaysInspected(command: UInt8) throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let small = Packets.command(command, "root")
        #expect(
            try scan(&machine, small)
                == .init(forward: 0, stop: .intercept(command: command, payloadLength: small.count - 4))
        )
        let limit = SessionMachine.maximumInspectedBytes
        #expect(throws: ProtocolViolation.packetTooLarge(length: limit + 1, limit: limit)) {
            try scan(&machine, Packets.command(command, String(repeating: "x", count: limit)))
        }
    }

    @Test("commands in place of a local file end the session: mysqld would take the file for commands")
    func commandsBesideLocalFile() throws {
        let load = Packets.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t")
        let request = Packets.packet([0xfb, 120], sequence: 1)
        // The empty packet ends the file for mysqld, before the machine knows that there is one.
        for command in [Packets.packet([]), Packets.command(Command.ping)] {
            var machine = SessionMachine(capabilities: [], isLocal: false)
            _ = try scan(&machine, load + command)
            #expect(throws: ProtocolViolation.commandsInPlaceOfFile) { try machine.consumeServer(request.span) }
        }
        // mysqld does not wait for the end of the file.
        var machine = SessionMachine(capabilities: [], isLocal: false)
        _ = try scan(&machine, load)
        _ = try machine.consumeServer(request.span)
        _ = try scan(&machine, Packets.packet([1, 2, 3]))
        _ = try machine.consumeServer(Packets.error().span)
        #expect(throws: ProtocolViolation.commandsInPlaceOfFile) {
            try scan(&machine, Packets.command(Command.changeUser, "root"))
        }
    }

    @Test("a session without mysqld gives us every command, and bounds its size")
    func local() throws {
        var machine = SessionMachine(capabilities: [], isLocal: true)
        for command in [Command.query, Command.ping, Command.quit, Command.statementPrepare, 0x77] {
            let bytes = Packets.command(command, "x")
            #expect(try scan(&machine, bytes).stop == .intercept(command: command, payloadLength: 2))
        }
        #expect(throws: ProtocolViolation.self) { try scan(&machine, [0xff, 0xff, 0x7f, 0, 3]) }
    }

    @Test("slicing changes nothing: the same bytes go on, the same commands are given to us")
    func slicing() throws {
        var random = SeededGenerator(seed: 3)
        let commands: [[UInt8]] = [
            Packets.query("SELECT 1"), Packets.query("select * from cluster_schema.members"),
            Packets.command(Command.ping), Packets.packet([Command.statementClose, 1, 0, 0, 0]),
            Packets.command(Command.initDatabase, "cluster_schema"),
            Packets.command(Command.statementPrepare, "SELECT ?"),
        ]
        for _ in 0..<300 {
            let script = (0..<12).map { _ in commands[Int.random(in: 0..<commands.count, using: &random)] }
            let whole = try run(script.flatMap { $0 }, pieces: { _ in Int.max })
            let sliced = try run(script.flatMap { $0 }, pieces: { Int.random(in: 1...30, using: &$0) })
            #expect(whole == sliced)
        }
    }

    /// What happens to the client's bytes when mysqld answers each command at once.
    private func run(_ bytes: [UInt8], pieces: (inout SeededGenerator) -> Int) throws -> [String] {
        var random = SeededGenerator(seed: 5)
        var machine = SessionMachine(capabilities: [], isLocal: false)
        var log: [String] = []
        var forwarded: [UInt8] = []
        var waiting: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty || !waiting.isEmpty {
            let piece = rest.prefix(pieces(&random))
            waiting += piece
            rest = rest.dropFirst(piece.count)
            var goesOn = true
            while goesOn {
                let scan = try scan(&machine, waiting)
                forwarded += waiting.prefix(scan.forward)
                waiting.removeFirst(scan.forward)
                switch scan.stop {
                case .needsMore:
                    goesOn = false
                case .intercept(let command, let length):
                    log.append("\(forwarded.count) then \(command)")
                    waiting.removeFirst(4 + length)
                case .blocked, .misnumbered, .fenced:
                    break
                }
                // mysqld answers everything that it was sent.
                while !machine.isIdle { _ = try answerOne(&machine) }
            }
            if rest.isEmpty { break }
        }
        return log + ["\(forwarded)", "\(waiting)"]
    }

    private func answerOne(_ machine: inout SessionMachine) throws -> Bool {
        do {
            // Right for a query and a ping, wrong for a statement to prepare, which gets an error instead.
            var copy = machine
            let outcome = try copy.consumeServer(Packets.ok().span)
            machine = copy
            return outcome.isIdle
        } catch {
            return try machine.consumeServer(Packets.error().span).isIdle
        }
    }
}
