internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// How statements are to be read: in which character set, and whether double quotes name identifiers. mysqld alone knows
// for sure; whatever it carries out for the client may change it, be it in a procedure or a trigger.
//
// mysqld refuses the question to a user whose password has expired (1820): nothing is answered here before it has
// answered it in a session, USE included.
extension ProxySession {
    /// `characterSets` is as mysqld has it at this moment.
    var areCharacterSetsKnown: Bool { phase != .relaying || characterSetsAsked == machine.changingCommands }

    /// For a statement's own bytes. Where the set was not asked for, all readings lead to mysqld.
    var clientContext: SessionContext {
        var context = context
        if areCharacterSetsKnown { context.characterSet = characterSets.client ?? .binary }
        return context
    }

    var resultEncoding: ResultEncoding { characterSets.resultEncoding(by: shared.converter) }

    func coder(_ set: ClientCharacterSet) -> TextCoder { TextCoder(set, shared.converter) }

    /// As after a login: mysqld has to be asked, and a sidecar account's session has the sets that the client named.
    func forgetCharacterSets() {
        characterSetsAsked = nil
        characterSets = SessionCharacterSets(loginCollation: login?.collation ?? CharacterSet.utf8mb4)
    }

    /// Goes on when it is known how a statement is to be read, which is at once if mysqld gets it in any case.
    ///
    /// - Parameter then: not called if mysqld refuses to tell; its error is then the command's answer.
    func whenReadable(
        _ statement: [UInt8],
        in context: SessionContext,
        _ command: InterceptedCommand,
        _ then: @escaping () -> Void
    ) {
        guard !areCharacterSetsKnown, mayBeOurs(statement, in: context) else { return then() }
        whenCharacterSetsKnown(command, then)
    }

    /// - Parameter then: not called if mysqld refuses to tell; its error is then the command's answer.
    func whenCharacterSetsKnown(_ command: InterceptedCommand, _ then: @escaping () -> Void) {
        guard !areCharacterSetsKnown else { return then() }
        let statement = "SELECT @@character_set_client, @@character_set_results, @@sql_mode"
        ask(
            QuestionReader.command(statement, capabilities: capabilities),
            answering: command,
            reader: questionReader()
        ) { reader, bytes throws(ProtocolViolation) -> (outcome: QuestionReader.Outcome, collation: UInt16)? in
            try reader.consume(bytes).map { ($0, reader.collations.first ?? CharacterSet.utf8mb4) }
        } then: { answer in
            switch answer.outcome {
            case .row(let values):
                self.noteCharacterSets(values ?? [], collation: answer.collation)
                then()
            case .refused(let error):
                self.refuse(command, error)
            }
        }
    }

    private func noteCharacterSets(_ values: [SQLValue], collation: UInt16) {
        let texts = values.map { if case .text(let text) = $0 { text } else { nil as String? } }
        guard texts.count == 3, let client = texts[0] else {
            // sql_select_limit is 0, say: what is not ASCII is mysqld's alone.
            characterSets.client = nil
            return
        }
        characterSets = SessionCharacterSets(client: client, results: texts[1], resultsCollation: collation)
        hasAskedANSIQuotes = texts[2]?.split(separator: ",").contains("ANSI_QUOTES") ?? false
        characterSetsAsked = machine.changingCommands
    }

    /// Reads texts as mysqld describes them.
    func questionReader(maximumRows: Int = 1) -> QuestionReader {
        QuestionReader(capabilities: capabilities, maximumRows: maximumRows) { [converter = shared.converter] in
            let set = ClientCharacterSet(collation: $1) ?? .utf8mb4
            return TextCoder(set, converter).decode($0) ?? String(decoding: $0, as: UTF8.self)
        }
    }

    /// SET, in a session that no mysqld stands behind.
    func noteCharacterSets(of statement: [UInt8]) {
        if let change = CharacterSetChange.of(statement, in: clientContext) { characterSets.take(change) }
    }

    // MARK: - Statements

    /// Whether the sidecar may have to do with a statement and would have to know more to do it: under some reading.
    private func mayBeOurs(_ statement: [UInt8], in context: SessionContext) -> Bool {
        if statement.contains(where: { $0 >= 0x80 }), machine.isVirtualSchemaSelected || Self.namesSchema(statement) {
            return true
        }
        let hasDoubleQuotes = statement.contains(UInt8(ascii: "\""))
        return (hasDoubleQuotes ? [false, true] : [context.hasANSIQuotes]).contains { hasANSIQuotes in
            var context = context
            context.hasANSIQuotes = hasANSIQuotes
            return switch shared.virtualTables.route(statement, in: context) {
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

    /// Where a statement of the client goes. What is decided about its bytes is decided in its own set; what is taken out
    /// of it, for an answer of ours, is UTF-8.
    func route(_ statement: [UInt8], in clientContext: SessionContext) -> Route {
        guard characterSets.client != nil || statement.allSatisfy({ $0 < 0x80 }) else { return .server }
        let route = shared.virtualTables.route(statement, in: clientContext)
        switch route {
        case .server, .selectServerSchema, .selectVirtualSchema, .mixed, .refusePrepare,
            .virtual(.listServerSchemas(.all)):
            return route
        default: break
        }
        guard StatementTranscript.mayBeNeeded(statement, in: clientContext.characterSet) else { return route }
        guard let text = StatementTranscript.of(statement, in: clientContext, coder: { self.coder($0) }) else {
            return untranscribed(statement, in: clientContext)
        }
        var context = clientContext
        context.characterSet = .utf8mb4
        switch shared.virtualTables.route(text, in: context) {
        // Not as the bytes were read: nothing of it is certain.
        case .server, .mixed: return .refuse(.invalidCharacters(in: clientContext.characterSet))
        case let route: return route
        }
    }

    /// A statement of ours that says something not known here: mysqld may know it.
    private func untranscribed(_ statement: [UInt8], in context: SessionContext) -> Route {
        let error = SQLError.invalidCharacters(in: context.characterSet)
        return shared.virtualTables.serverStatement(insteadOf: statement, refusedWith: error, in: context)
            .map { .mixed($0) } ?? .refuse(error)
    }
}
