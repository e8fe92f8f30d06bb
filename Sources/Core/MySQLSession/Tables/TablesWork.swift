package import MySQLWire
package import QueryRouting

/// Carries out requests by the virtual tables of one thread.
package struct TablesWork {
    private let tables: any VirtualQuerying
    private let converter: any MultiByteConverting

    package init(_ tables: any VirtualQuerying, _ converter: any MultiByteConverting) {
        self.tables = tables
        self.converter = converter
    }

    /// - Throws: the `SQLError` that the tables end the work with.
    package func carryOut(_ request: TablesRequest) throws(SQLError) -> TablesReply {
        switch request {
        case .route(let statement): return route(statement)
        case .run(let run): return try carryOut(run)
        case .describe(let statement, let context): return .described(try tables.describe(statement, in: context))
        case .rewrite(let statement, let context): return .rewritten(try tables.rewrite(statement, in: context))
        case .isListed(let condition, let context): return .isListed(isListed(condition, in: context))
        case .fields(let table, let pattern): return .fields(try tables.fields(ofTable: table, like: pattern))
        case .execution(let reading): return .execution(try read(reading))
        }
    }

    private func read(_ execution: ExecutionReading) throws(SQLError) -> StatementExecution {
        try StatementExecution(
            execution.content,
            parameterCount: execution.parameterCount,
            knownTypes: execution.knownTypes,
            longData: execution.longData,
            capabilities: execution.capabilities
        ) { bytes throws(SQLError) in
            guard let set = execution.set, !set.isUTF8 else { return String(decoding: bytes, as: UTF8.self) }
            guard let text = TextCoder(set, self.converter).decode(bytes) else { throw .invalidCharacters(in: set) }
            return text
        }
    }

    // MARK: Routing

    private func route(_ statement: RoutedStatement) -> TablesReply {
        var context = statement.context
        guard let sets = statement.characterSets else {
            if mayBeOurs(statement.bytes, in: context) { return .unreadable }
            // mysqld gets it under all readings.
            return routed(statement.bytes, SessionCharacterSets(), in: context, asking: context)
        }
        context.characterSet = sets.client ?? .binary
        return routed(statement.bytes, sets, in: context, asking: statement.context)
    }

    private func routed(
        _ bytes: [UInt8],
        _ sets: SessionCharacterSets,
        in context: SessionContext,
        asking: SessionContext
    ) -> TablesReply {
        if !context.allowsParameters, let kill = KillStatement(bytes, in: asking) { return .kill(kill) }
        let route = reading(sets).route(bytes, in: context)
        guard case .virtual(let statement) = route else { return .routed(route, variables: [], change: nil) }
        guard context.authority == .server else {
            let change = statement == .noOperation ? CharacterSetChange.of(bytes, in: context) : nil
            return .routed(route, variables: [], change: change)
        }
        let variables = tables.variables(of: statement, in: context.allowsParameters ? context : asking)
        return .routed(route, variables: variables, change: nil)
    }

    private func reading(_ sets: SessionCharacterSets) -> StatementReading {
        StatementReading(tables: tables, converter: converter, characterSets: sets)
    }

    /// Whether the sidecar may have to do with a statement and would have to know more to do it: under some reading.
    private func mayBeOurs(_ statement: [UInt8], in context: SessionContext) -> Bool {
        if statement.contains(where: { $0 >= 0x80 }), context.isVirtualSchemaSelected || Self.namesSchema(statement) {
            return true
        }
        let hasDoubleQuotes = statement.contains(UInt8(ascii: "\""))
        return (hasDoubleQuotes ? [false, true] : [context.hasANSIQuotes]).contains { hasANSIQuotes in
            var context = context
            context.hasANSIQuotes = hasANSIQuotes
            return switch tables.route(statement, in: context) {
            case .server, .selectServerSchema: false
            // Its bytes mean the same in all sets; what quotes mean is still to be known.
            case .mixed(let mixed): hasDoubleQuotes || mixed.listsSchemata
            default: true
            }
        }
    }

    /// Whether the bytes hold the name of our schema or that of information_schema, wherever it stands.
    private static func namesSchema(_ statement: [UInt8]) -> Bool {
        let word = Array("_schema".utf8)
        guard statement.count >= word.count else { return false }
        // Setting bit 5 turns upper case into lower case; the underscore keeps its own.
        return (0...statement.count - word.count).contains { start in
            statement[start] == word[0]
                && word.indices.dropFirst().allSatisfy { statement[start + $0] | 0x20 == word[$0] }
        }
    }

    // MARK: Answers

    private func carryOut(_ run: VirtualRun) throws(SQLError) -> TablesReply {
        if !run.knowsSessions, tables.readsClientSessions(run.statement, in: run.context) { return .needsSessions }
        let answer: VirtualAnswer
        do throws(SQLError) {
            answer = try tables.run(run.statement, parameters: run.parameters, in: run.context)
        } catch {
            if let mixed = serversTask(run, refusedWith: error) { return .serversTask(mixed) }
            throw error
        }
        var packets = PacketWriter(nextSequence: run.form.sequence)
        let writer = ResultSetWriter(
            capabilities: run.form.capabilities,
            status: run.form.status,
            encoding: run.form.characterSets.resultEncoding(by: converter)
        )
        switch answer {
        case .ok: writer.writeOK(to: &packets)
        case .resultSet(let result) where run.opensCursor: return .rows(result)
        case .resultSet(let result): writer.write(result, as: run.form.rows, to: &packets)
        }
        return .answered(packets.buffer, generation: tables.lastAnswerGeneration)
    }

    /// A refused query that mysqld may carry out, with the rows of the virtual tables put in.
    private func serversTask(_ run: VirtualRun, refusedWith error: SQLError) -> MixedStatement? {
        guard let sent = run.sent, case .select = run.statement,
            let mixed = tables.serverStatement(insteadOf: sent.bytes, refusedWith: error, in: sent.context),
            // Not the text of a prepared statement that EXECUTE names.
            reading(run.form.characterSets).route(sent.bytes, in: sent.context) == .virtual(run.statement)
        else { return nil }
        return mixed
    }

    private func isListed(_ condition: String, in context: SessionContext) -> Bool {
        let sql = "SELECT 1 FROM (SELECT '\(VirtualSchema.name)' AS `Database`) AS listing WHERE (\(condition)\n)"
        // What cannot be judged here is mysqld's alone.
        guard case .resultSet(let result)? = try? tables.run(.select(sql), parameters: [], in: context) else {
            return false
        }
        return !result.rows.isEmpty
    }
}
