internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Statements on virtual tables in the binary protocol.
extension ProxySession {
    func prepareStatement(_ command: InterceptedCommand) {
        let statement = Array(command.content.readableBytesView)
        var context = context
        context.allowsParameters = true
        whenQuotesKnown(statement, in: context, command) { self.prepare(statement, command) }
    }

    private func prepare(_ statement: [UInt8], _ command: InterceptedCommand) {
        var context = context
        context.allowsParameters = true
        switch shared.virtualTables.route(statement, in: context) {
        case .server, .selectServerSchema:
            relayIntercepted(command)
        case .refuse(let error):
            refuse(command, error)
        case .selectVirtualSchema, .prepareNamed, .executeNamed, .deallocateNamed, .replaceNamed, .mixed:
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
            machine.isLastPreparedOwn = true
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
            execute(id, content, command)
        case Command.statementReset:
            whenKnown(id, "mysqld_stmt_reset", command) { id, _ in
                ownStatements.clearLongData(of: id)
                answer(command) { answer, writer in answer.writeOK(to: &writer) }
            }
        case Command.statementFetch:
            whenKnown(id, "mysqld_stmt_fetch", command) { id, _ in
                let message = "The statement (\(id)) has no open cursor."
                refuse(command, SQLError(errno: 1421, sqlState: "HY000", message: message))
            }
        default:
            refuse(command, Self.notPreparable)
        }
    }

    private func execute(_ id: UInt32, _ content: ByteBuffer, _ command: InterceptedCommand) {
        whenKnown(id, "mysqld_stmt_execute", command) { id, entry in
            defer { ownStatements.clearLongData(of: id) }
            shared.counters.virtualStatements.add(1)
            do throws(SQLError) {
                let execution = try StatementExecution(
                    content,
                    parameterCount: entry.description.parameterCount,
                    knownTypes: entry.types,
                    longData: entry.longData,
                    capabilities: capabilities
                )
                ownStatements.setTypes(execution.types, of: id)
                runVirtual(entry.statement, execution.parameters, command, as: .binary)
            } catch {
                refuse(command, error)
            }
        }
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
