internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Statements on virtual tables in the binary protocol.
extension ProxySession {
    func prepareStatement(_ command: InterceptedCommand) {
        ownStatements.forgetLast()
        let statement = Array(command.content.readableBytesView)
        var context = context
        context.allowsParameters = true
        whenReadable(statement, in: context, command) { self.prepare(statement, command) }
    }

    private func prepare(_ statement: [UInt8], _ command: InterceptedCommand) {
        var context = clientContext
        context.allowsParameters = true
        switch route(statement, in: context) {
        case .server, .selectServerSchema:
            relayIntercepted(command)
        case .refuse(let error):
            refuse(command, error)
        case .selectVirtualSchema, .refusePrepare, .mixed:
            refuse(command, Self.notPreparable)
        case .virtual(let statement):
            withVariables(of: statement, in: context, command) { self.describe(statement, in: $0, command) }
        }
    }

    private func describe(_ statement: VirtualStatement, in context: SessionContext, _ command: InterceptedCommand) {
        whenDescribed(statement, in: context, command) { self.keep(statement, $0, command) }
    }

    private func keep(
        _ statement: VirtualStatement,
        _ description: StatementDescription,
        _ command: InterceptedCommand
    ) {
        do {
            let id = try ownStatements.prepare(statement, description)
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
    func handleOwnStatement(_ command: InterceptedCommand) {
        var content = command.content
        guard let id = content.readInteger(endianness: .little, as: UInt32.self) else {
            return refuse(command, Self.unknownCommand)
        }
        switch command.code {
        case Command.statementClose:
            ownStatements.close(id)
        case Command.statementSendLongData:
            guard let index = content.readInteger(endianness: .little, as: UInt16.self) else { return }
            ownStatements.append(Array(content.readableBytesView), toParameter: Int(index), of: id)
        case Command.statementExecute:
            whenCharacterSetsKnown(command) { self.execute(id, content, command) }
        case Command.statementReset:
            whenKnown(id, "mysqld_stmt_reset", command) { id, _ in
                ownStatements.reset(id)
                answer(command) { answer, writer in answer.writeOK(to: &writer) }
            }
        case Command.statementFetch:
            fetch(id, content, command)
        default:
            whenKnown(id, "mysqld_stmt_bulk_execute", command) { _, _ in refuse(command, Self.notPreparable) }
        }
    }

    private func execute(_ id: UInt32, _ content: ByteBuffer, _ command: InterceptedCommand) {
        whenKnown(id, "mysqld_stmt_execute", command) { id, entry in
            if let error = entry.longDataError { return refuse(command, error) }
            defer { ownStatements.clearLongData(of: id) }
            ownStatements.closeCursor(of: id)
            shared.counters.virtualStatements.add(1)
            do throws(SQLError) {
                let execution = try StatementExecution(
                    content,
                    parameterCount: entry.description.parameterCount,
                    knownTypes: entry.types,
                    longData: entry.longData,
                    capabilities: capabilities
                ) { bytes throws(SQLError) in try self.parameterText(bytes) }
                ownStatements.setTypes(execution.types, of: id)
                var command = command
                if execution.opensCursor { command.cursor = id }
                runVirtual(entry.statement, execution.parameters, command, as: .binary)
            } catch {
                refuse(command, error)
            }
        }
    }

    // MARK: Cursors

    /// The answer to a command that asks for a cursor.
    func openCursor(of id: UInt32, on result: ResultSet, _ command: InterceptedCommand) {
        do throws(SQLError) {
            try ownStatements.openCursor(on: result, as: resultWriter, of: id, in: shared.cursorMemory)
            answer(command) { answer, writer in answer.writeCursor(on: result, to: &writer) }
        } catch {
            refuse(command, error)
        }
    }

    private func fetch(_ id: UInt32, _ content: ByteBuffer, _ command: InterceptedCommand) {
        var content = content
        let count = content.readInteger(endianness: .little, as: UInt32.self) ?? 0
        whenKnown(id, "mysqld_stmt_fetch", command) { id, _ in
            do throws(SQLError) {
                let (rows, isAtEnd) = try ownStatements.fetch(count, of: id)
                answer(command) { answer, writer in answer.writeFetched(rows, isAtEnd: isAtEnd, to: &writer) }
            } catch {
                refuse(command, error)
            }
        }
    }

    /// A parameter's text, which is in the client's set.
    private func parameterText(_ bytes: [UInt8]) throws(SQLError) -> String {
        guard let set = characterSets.client, !set.isUTF8 else { return String(decoding: bytes, as: UTF8.self) }
        guard let text = coder(set).decode(bytes) else { throw .invalidCharacters(in: set) }
        return text
    }

    private func whenKnown(
        _ id: UInt32,
        _ name: String,
        _ command: InterceptedCommand,
        _ body: (UInt32, OwnStatements.Entry) -> Void
    ) {
        do {
            let found = try ownStatements.entry(id, command: name)
            body(found.id, found.entry)
        } catch {
            refuse(command, error)
        }
    }
}
