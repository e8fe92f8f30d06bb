internal import MySQLWire
internal import QueryRouting

// PREPARE, EXECUTE and DEALLOCATE PREPARE of statements on virtual tables.
extension ProxySession {
    func prepareNamed(_ name: String, _ statement: VirtualStatement, _ command: InterceptedCommand) {
        withVariables(of: statement, in: context, command) { self.describeNamed(name, statement, in: $0, command) }
    }

    private func describeNamed(
        _ name: String,
        _ statement: VirtualStatement,
        in context: SessionContext,
        _ command: InterceptedCommand
    ) {
        whenDescribed(statement, in: context, command) { description in
            guard self.namedStatements[name] != nil || self.namedStatements.count < OwnStatements.maximumCount else {
                return self.refuse(command, OwnStatements.tooMany)
            }
            self.namedStatements[name] = OwnStatements.Entry(statement: statement, description: description)
            self.answer(command) { answer, writer in answer.writeOK(to: &writer) }
        }
    }

    func executeNamed(_ name: String, variables: [String], _ command: InterceptedCommand) {
        guard let entry = namedStatements[name] else { return relayIntercepted(command) }
        guard variables.count == entry.description.parameterCount else {
            return refuse(command, Self.wrongArguments)
        }
        guard !variables.isEmpty else { return execute(entry, [], command) }
        guard phase == .relaying else {
            return refuse(command, .unsupported("variables in a session that the sidecar answers alone"))
        }
        // Their values are mysqld's to know.
        askServer("SELECT " + variables.joined(separator: ", "), answering: command) { outcome in
            switch outcome {
            case .row(let values): self.execute(entry, values ?? [], command)
            case .refused(let error): self.refuse(command, error)
            }
        }
    }

    private func execute(_ entry: OwnStatements.Entry, _ parameters: [SQLValue], _ command: InterceptedCommand) {
        shared.counters.virtualStatements.add(1)
        runVirtual(entry.statement, parameters, command)
    }

    func deallocateNamed(_ name: String, _ command: InterceptedCommand) {
        namedStatements[name] = nil
        answer(command) { answer, writer in answer.writeOK(to: &writer) }
    }

    /// The name is mysqld's from now on.
    func replaceNamed(_ name: String, _ command: InterceptedCommand) {
        namedStatements[name] = nil
        relayIntercepted(command)
    }

    private static let wrongArguments = SQLError(
        errno: 1210,
        sqlState: "HY000",
        message: "Incorrect arguments to EXECUTE"
    )
}
