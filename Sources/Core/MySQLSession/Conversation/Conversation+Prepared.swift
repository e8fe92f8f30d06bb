internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Statements on virtual tables in the binary protocol.
extension Conversation {
    mutating func takePrepared(_ route: Route, _ variables: [String], _ command: InterceptedCommand) {
        switch route {
        case .server, .selectServerSchema: relay(command)
        case .refuse(let error): refuse(command, error)
        case .selectVirtualSchema, .refusePrepare, .mixed: refuse(command, Self.notPreparable)
        case .virtual(let statement):
            pursue(Exchange(command, .prepare(statement, variables: variables)))
        }
    }

    mutating func prepare(_ statement: VirtualStatement, _ variables: [String], _ exchange: Exchange) {
        if case .waitForChange(let wait) = statement {
            return keep(StatementDescription(parameterCount: wait.parameterCount, columns: [wait.column]), exchange)
        }
        if case .election(let call) = statement {
            let description = StatementDescription(
                parameterCount: call.arguments.parameterCount,
                columns: [call.column]
            )
            return keep(description, exchange)
        }
        guard variables.isEmpty || exchange.facts.variables != nil else {
            return askVariables(variables, exchange)
        }
        var context = clientContext
        context.allowsParameters = true
        context.variables = exchange.facts.variables ?? [:]
        work(.describe(statement, context), exchange)
    }

    mutating func keep(_ description: StatementDescription, _ exchange: Exchange) {
        let command = exchange.command
        guard case .prepare(let statement, let variables) = exchange.goal else {
            return refuse(command, .unknownCommand)
        }
        do throws(SQLError) {
            let id = try statements.prepare(statement, description, variables: variables)
            machine.hasOwnStatements = true
            answer(command) { answer, writer in
                answer.writePrepared(
                    id: id,
                    parameterCount: description.parameterCount,
                    columns: description.columns,
                    to: &writer
                )
            }
        } catch {
            refuse(command, error)
        }
    }

    private static let notPreparable = SQLError(
        errno: 1295,
        sqlState: "HY000",
        message: "This command is not supported in the prepared statement protocol yet"
    )

    /// A command that names a statement of our own.
    mutating func handleOwnStatement(_ command: InterceptedCommand) {
        var content = command.content
        guard let id = content.readInteger(endianness: .little, as: UInt32.self) else {
            return refuse(command, .unknownCommand)
        }
        switch command.code {
        case Command.statementClose:
            statements.close(id)
        case Command.statementSendLongData:
            guard let index = content.readInteger(endianness: .little, as: UInt16.self) else { return }
            statements.append(Array(content.readableBytesView), toParameter: Int(index), of: id)
        case Command.statementExecute:
            pursue(Exchange(command, .execute(id, content)))
        default:
            do throws(SQLError) {
                try handle(id, content, command)
            } catch {
                refuse(command, error)
            }
        }
    }

    private mutating func handle(
        _ id: UInt32,
        _ content: ByteBuffer,
        _ command: InterceptedCommand
    ) throws(SQLError) {
        switch command.code {
        case Command.statementReset:
            statements.reset(try statements.entry(id, command: "mysqld_stmt_reset").id)
            answerOK(command)
        case Command.statementFetch:
            let count = content.getInteger(at: content.readerIndex, endianness: .little, as: UInt32.self) ?? 0
            let id = try statements.entry(id, command: "mysqld_stmt_fetch").id
            let (rows, isAtEnd) = try statements.fetch(count, of: id)
            answer(command) { answer, writer in answer.writeFetched(rows, isAtEnd: isAtEnd, to: &writer) }
        default:
            _ = try statements.entry(id, command: "mysqld_stmt_bulk_execute")
            throw Self.notPreparable
        }
    }

    mutating func execute(_ id: UInt32, _ content: ByteBuffer, _ exchange: Exchange) {
        do throws(SQLError) {
            let (id, entry) = try statements.entry(id, command: "mysqld_stmt_execute")
            if let error = entry.longDataError { throw error }
            statements.clearLongData(of: id)
            statements.closeCursor(of: id)
            actions.append(.count(.virtualStatement))
            let reading = ExecutionReading(
                content: content,
                parameterCount: entry.description.parameterCount,
                knownTypes: entry.types,
                longData: entry.longData,
                capabilities: capabilities,
                set: self.reading.characterSets.client
            )
            var exchange = exchange
            exchange.goal = .execute(id, ByteBuffer())
            work(.execution(reading), exchange)
        } catch {
            refuse(exchange.command, error)
        }
    }

    mutating func execute(_ execution: StatementExecution, _ exchange: Exchange) {
        var command = exchange.command
        guard case .execute(let id, _) = exchange.goal else { return refuse(command, .unknownCommand) }
        do throws(SQLError) {
            let entry = try statements.entry(id, command: "mysqld_stmt_execute").entry
            statements.setTypes(execution.types, of: id)
            if execution.opensCursor { command.cursor = id }
            var run = Exchange.Run(statement: entry.statement, variables: entry.variables)
            run.parameters = execution.parameters
            run.rows = .binary
            pursue(Exchange(command, .run(run)))
        } catch {
            refuse(command, error)
        }
    }

    /// The answer to a command that asks for a cursor.
    mutating func openCursor(of id: UInt32, on result: ResultSet, _ command: InterceptedCommand) {
        do throws(SQLError) {
            try statements.openCursor(on: result, as: resultWriter, of: id, in: setting.cursorMemory)
            answer(command) { answer, writer in answer.writeCursor(on: result, to: &writer) }
        } catch {
            refuse(command, error)
        }
    }
}
