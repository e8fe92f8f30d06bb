import TestServers

/// A random sequence of commands that concern prepared statements, and what `PreparedModel` says of their answers.
struct PreparedConversation {
    private typealias Statement = PreparedModel.Statement

    private struct Command {
        var text: String
        var bytes: [UInt8]
        /// Nil if there is no answer.
        var expected: (form: StatementReply.Form, reply: StatementReply)?
        var statement: Statement?
    }

    private let session: RawSession
    private var random: SplitMix
    private var model = PreparedModel()
    private var number = 0
    private let prefix: String
    /// What was done, for failures.
    private(set) var log: [String] = []

    private static let reset = "COM_RESET_CONNECTION"

    /// Spellings of three names; those of one are equal to a server.
    private static let names: [(text: String, key: String)] = [
        ("s", "s"), ("S", "s"), ("`s`", "s"), ("é", "é"), ("`É`", "é"), ("`a b`", "a b"), ("`A B`", "a b"),
    ]

    /// - Parameter seed: whose marks no other sequence has.
    init(_ session: RawSession, seed: UInt64) {
        self.session = session
        random = SplitMix(seed: seed)
        prefix = "w\(seed)-"
    }

    /// How often each mark is to have been written.
    var marks: [String: Int] { model.marks }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    /// Sends so many batches of one to four commands each, and compares their answers.
    ///
    /// - Returns: how the first wrong answer differs; nil if there is none.
    mutating func run(batches: Int) throws -> String? {
        for _ in 0..<batches {
            if pick(25) == 0 {
                log.append("COM_CHANGE_USER")
                model.forget()
                guard try session.changeUser(to: .application) == .ok else { return "COM_CHANGE_USER is refused" }
                continue
            }
            var batch: [Command] = []
            for _ in 0...pick(4) {
                batch.append(next())
                // The session's character set is the server's again, in which the names read otherwise.
                if batch.last?.text == Self.reset { batch.append(query("SET NAMES utf8mb4", .ok)) }
            }
            log.append(batch.map(\.text).joined(separator: " | "))
            try session.send(batch.flatMap(\.bytes))
            for command in batch {
                guard let expected = command.expected else { continue }
                let (reply, id) = try session.reply(expected.form)
                guard reply == expected.reply else { return "\(command.text): \(reply) in place of \(expected.reply)" }
                command.statement?.id = id
            }
        }
        return nil
    }

    private mutating func next() -> Command {
        switch pick(20) {
        case 0...4: prepare()
        case 5...9: execute()
        case 10: fetch()
        case 11: simple("COM_STMT_RESET", 0x1a) { $0.reset($1) }
        case 12:
            simple("COM_STMT_CLOSE", 0x19) { model, statement -> StatementReply? in
                model.close(statement)
                return nil
            }
        case 13: sendLongData()
        case 14, 15: prepareNamed()
        case 16, 17: byName("EXECUTE") { $0.execute(as: $1) }
        case 18: byName("DEALLOCATE PREPARE") { $0.deallocate($1) }
        default: other()
        }
    }

    private mutating func makeStatement() -> Statement {
        number += 1
        // Half of them are written.
        let kind = pick(3) == 0 ? .write : PreparedModel.Kind.allCases[pick(PreparedModel.Kind.allCases.count)]
        return Statement(kind, prefix + "\(number)")
    }

    private mutating func prepare() -> Command {
        let statement = makeStatement()
        let text = statement.kind.text(statement.mark)
        return Command(
            text: "COM_STMT_PREPARE \(text)",
            bytes: PreparedStatementTests.prepare(text),
            expected: (.prepared, model.prepare(statement)),
            statement: statement
        )
    }

    /// An id, and the statement that it means.
    private mutating func target() -> (text: String, id: [UInt8], statement: Statement?) {
        let known = model.statements.filter { $0.id != nil }
        if pick(3) == 0 || known.isEmpty { return ("-1", [0xff, 0xff, 0xff, 0xff], model.last) }
        if pick(20) == 0 { return ("unknown", [0x39, 0x30, 0, UInt8(pick(2)) << 7], nil) }
        // Mostly of the last few.
        let statement = known[known.count - 1 - pick(min(known.count, 5))]
        return (statement.mark, statement.id ?? [], statement)
    }

    private mutating func execute() -> Command {
        let (text, id, statement) = target()
        let parameter = pick(2) == 0 ? "db1" : "v\(pick(3))"
        let asksForCursor = pick(3) == 0
        var payload: [UInt8] = [0x17] + id + [asksForCursor ? 1 : 0, 1, 0, 0, 0]
        if let statement, !statement.isClosed, statement.kind.hasParameter {
            payload += [0, 1, 0xfd, 0]
            if statement.longData == nil { payload += [UInt8(parameter.utf8.count)] + Array(parameter.utf8) }
        }
        let reply = model.execute(statement, parameter, asksForCursor: asksForCursor)
        return Command(
            text: "COM_STMT_EXECUTE \(text) \(parameter)\(asksForCursor ? " with a cursor" : "")",
            bytes: RawSession.packet(payload),
            expected: (.execution(asksForCursor: asksForCursor), reply)
        )
    }

    private mutating func fetch() -> Command {
        let (text, id, statement) = target()
        let count = pick(4)
        let reply = model.fetch(statement, count)
        return Command(
            text: "COM_STMT_FETCH \(text) \(count)",
            bytes: RawSession.packet([0x1c] + id + [UInt8(count), 0, 0, 0]),
            expected: (.fetched, reply)
        )
    }

    private mutating func simple(
        _ name: String,
        _ code: UInt8,
        _ step: (inout PreparedModel, Statement?) -> StatementReply?
    ) -> Command {
        let (text, id, statement) = target()
        let reply = step(&model, statement)
        return Command(
            text: "\(name) \(text)",
            bytes: RawSession.packet([code] + id),
            expected: reply.map { (.onePacket, $0) }
        )
    }

    private mutating func sendLongData() -> Command {
        let (text, id, statement) = target()
        model.sendLongData("db1", to: statement)
        return Command(
            text: "COM_STMT_SEND_LONG_DATA \(text)",
            bytes: RawSession.packet([0x18] + id + [0, 0] + Array("db1".utf8))
        )
    }

    // MARK: By name

    private mutating func prepareNamed() -> Command {
        let statement = makeStatement()
        let name = Self.names[pick(Self.names.count)]
        let quoted = statement.kind.text(statement.mark).split(separator: "'", omittingEmptySubsequences: false)
        let text = "PREPARE \(name.text) FROM '\(quoted.joined(separator: "''"))'"
        let reply = model.prepare(statement, as: name.key)
        return Command(text: text, bytes: RawSession.query(text), expected: (.text, reply))
    }

    private mutating func byName(
        _ verb: String,
        _ step: (inout PreparedModel, String) -> StatementReply
    ) -> Command {
        let name = Self.names[pick(Self.names.count)]
        let text = "\(verb) \(name.text)"
        return Command(text: text, bytes: RawSession.query(text), expected: (.text, step(&model, name.key)))
    }

    /// What leaves all of it as it is, or ends all of it.
    private mutating func other() -> Command {
        switch pick(8) {
        case 0:
            model.forget()
            return Command(
                text: Self.reset,
                bytes: RawSession.packet([0x1f]),
                expected: (.onePacket, .ok)
            )
        case 1...3:
            return query("SELECT member_name FROM cluster_schema.members", .rows([Array("db1".utf8)]))
        case 4: return query("SELECT nosuch FROM cluster_schema.members", .error(1054))
        default: return query("SELECT 1", .rows([Array("1".utf8)]))
        }
    }

    private func query(_ statement: String, _ reply: StatementReply) -> Command {
        Command(text: statement, bytes: RawSession.query(statement), expected: (.text, reply))
    }
}
