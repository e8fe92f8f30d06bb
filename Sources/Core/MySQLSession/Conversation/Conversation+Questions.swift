internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// What mysqld is asked on the session's own connection, and what comes of its answers.
extension Conversation {
    /// mysqld is asked. The client's next command waits until it has answered.
    mutating func ask(_ question: Exchange.Question, _ packets: ByteBuffer, _ exchange: Exchange) {
        wait(.asking(question), exchange)
        actions.append(.toServer(packets))
    }

    func question(_ statement: String) -> ByteBuffer {
        QuestionReader.command(statement, capabilities: capabilities)
    }

    /// Reads texts as mysqld describes them.
    func reader(maximumRows: Int = 1) -> QuestionReader {
        QuestionReader(capabilities: capabilities, maximumRows: maximumRows) { [converter = setting.converter] in
            let set = ClientCharacterSet(collation: $1) ?? .utf8mb4
            return TextCoder(set, converter).decode($0) ?? String(decoding: $0, as: UTF8.self)
        }
    }

    mutating func askReading(_ exchange: Exchange) {
        // mysqld refuses this to a user whose password has expired (1820): nothing is answered here before it has answered
        // it in a session, USE included.
        let statement = "SELECT @@character_set_client, @@character_set_results, @@sql_mode"
        ask(.reading(reader()), question(statement), exchange)
    }

    mutating func whenReadingKnown(_ exchange: Exchange, _ body: (inout Conversation) -> Void) {
        if isReadingKnown { body(&self) } else { askReading(exchange) }
    }

    // MARK: - Answers

    mutating func answer(
        _ question: Exchange.Question,
        _ exchange: Exchange,
        _ bytes: ByteBuffer
    ) throws(ProtocolViolation) {
        var exchange = exchange
        switch question {
        case .reading(var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.reading(reader))
            let collation = reader.collations.first ?? CharacterSet.utf8mb4
            try conclude(outcome, exchange) { conversation, exchange, values in
                conversation.noteReading(values ?? [], collation: collation)
            }
        case .variables(let names, var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.variables(names, reader))
            try conclude(outcome, exchange) { _, exchange, values in
                exchange.facts.variables = Dictionary(zip(names, values ?? [])) { first, _ in first }
            }
        case .grants(var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.grants(reader))
            let grants = reader.rows.compactMap { row in if case .text(let text)? = row.first { text } else { nil } }
            // None if mysqld does not tell.
            if case .refused(let error)? = outcome, !Self.interruptions.contains(error.errno) {
                return try conclude(.row(nil), exchange) { _, exchange, _ in
                    exchange.facts.privileges = GlobalPrivileges(grants: [])
                }
            }
            try conclude(outcome, exchange) { _, exchange, _ in
                exchange.facts.privileges = GlobalPrivileges(grants: grants)
            }
        case .packet(var received):
            received.writeImmutableBuffer(bytes)
            let packet = try PacketReader.next(from: &received, limit: QuestionReader.maximumBytes)
            exchange.step = .asking(.packet(received))
            try conclude(packet == nil ? nil : .row(nil), exchange) { _, _, _ in }
        case .schemas(var merger):
            guard let outcome = try merger.consume(bytes) else {
                exchange.step = .asking(.schemas(merger))
                phase = .exchange(exchange)
                return
            }
            conclude(outcome, exchange.command)
            try goOn()
        }
    }

    /// KILL QUERY, and the time limits of MariaDB and MySQL.
    private static let interruptions: Set<UInt16> = [1317, 1969, 3024]

    /// - Parameters:
    ///   - outcome: nil while the answer is not whole.
    ///   - note: what is known by it.
    private mutating func conclude(
        _ outcome: QuestionReader.Outcome?,
        _ exchange: Exchange,
        _ note: (inout Conversation, inout Exchange, [SQLValue]?) -> Void
    ) throws(ProtocolViolation) {
        var exchange = exchange
        switch outcome {
        case nil:
            phase = .exchange(exchange)
            return
        case .some where exchange.isInterrupted: refuse(exchange.command, .interrupted)
        // What mysqld refuses, such as a system variable that it does not know, is the command's answer.
        case .refused(let error): refuse(exchange.command, error)
        case .row(let values):
            phase = .following(.plain)
            note(&self, &exchange, values)
            pursue(exchange)
        }
        try goOn()
    }

    private mutating func noteReading(_ values: [SQLValue], collation: UInt16) {
        let texts = values.map { if case .text(let text) = $0 { text } else { nil as String? } }
        reading.askedAt = machine.changingCommands
        guard texts.count == 3, let client = texts[0] else {
            // sql_select_limit is 0, say: what is not ASCII is mysqld's alone.
            reading.characterSets.client = nil
            return
        }
        reading.characterSets = SessionCharacterSets(client: client, results: texts[1], resultsCollation: collation)
        reading.hasAskedANSIQuotes = texts[2]?.split(separator: ",").contains("ANSI_QUOTES") ?? false
    }

    private mutating func conclude(_ outcome: SchemaListMerger.Outcome, _ command: InterceptedCommand) {
        phase = .following(.plain)
        actions.append(.toClient(telling(outcome.answer, answering: command.code)))
        if outcome.hasSchema, setting.isBackendLocal { actions.append(.warnOfSchema) }
        if outcome.isRefused { machine.isLastAnswerOwn = false } else { noteDiagnostics([], after: command) }
    }
}
