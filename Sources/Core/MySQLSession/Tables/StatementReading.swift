internal import MySQLWire
internal import QueryRouting

/// Reads statements in a session's character sets.
struct StatementReading {
    let tables: any VirtualQuerying
    let converter: any MultiByteConverting
    let characterSets: SessionCharacterSets

    /// Where a statement of the client goes. What is decided about its bytes is decided in its own set; what is taken out
    /// of it, for an answer of ours, is UTF-8.
    func route(_ statement: [UInt8], in clientContext: SessionContext) -> Route {
        guard characterSets.client != nil || statement.allSatisfy({ $0 < 0x80 }) else { return .server }
        let route = tables.route(statement, in: clientContext)
        switch route {
        case .server, .selectServerSchema, .selectVirtualSchema, .mixed, .refusePrepare,
            .virtual(.listServerSchemas(.all)):
            return route
        default: break
        }
        guard StatementTranscript.mayBeNeeded(statement, in: clientContext.characterSet) else { return route }
        let text = StatementTranscript.of(statement, in: clientContext) { TextCoder($0, self.converter) }
        guard let text else { return untranscribed(statement, in: clientContext) }
        var context = clientContext
        context.characterSet = .utf8mb4
        switch tables.route(text, in: context) {
        // Not as the bytes were read: nothing of it is certain.
        case .server, .mixed: return .refuse(.invalidCharacters(in: clientContext.characterSet))
        case let route: return route
        }
    }

    /// A statement of ours that says something not known here: mysqld may know it.
    private func untranscribed(_ statement: [UInt8], in context: SessionContext) -> Route {
        let error = SQLError.invalidCharacters(in: context.characterSet)
        return tables.serverStatement(insteadOf: statement, refusedWith: error, in: context).map { .mixed($0) }
            ?? .refuse(error)
    }
}
