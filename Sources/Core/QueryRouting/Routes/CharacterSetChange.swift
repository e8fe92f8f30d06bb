package import MySQLWire

/// What a SET changes of the character sets of a session.
package struct CharacterSetChange: Hashable, Sendable {
    package enum Results: Hashable, Sendable {
        case unchanged
        /// NULL.
        case unconverted
        case set(ClientCharacterSet)
    }

    package var client: ClientCharacterSet?
    package var results: Results

    package init(client: ClientCharacterSet? = nil, results: Results = .unchanged) {
        self.client = client
        self.results = results
    }

    /// SET NAMES, SET CHARACTER SET, and the variables by their names; sets that are not known change nothing.
    ///
    /// - Returns: nil for a statement that changes none of them.
    package static func of(_ statement: [UInt8], in context: SessionContext) -> CharacterSetChange? {
        let tokenized = SQLTokenizer.tokenize(statement, mode: LexicalMode(context))
        guard tokenized.defect == nil else { return nil }
        var cursor = TokenCursor(tokenized, 0..<tokenized.tokens.count)
        guard cursor.takeWord("set") else { return nil }
        var change = CharacterSetChange()
        var isLookedAt = true
        while !cursor.isAtEnd {
            if isLookedAt { change.take(&cursor) }
            isLookedAt = cursor.isSymbol(",")
            cursor.skip()
        }
        return change == CharacterSetChange() ? nil : change
    }

    /// One of the assignments.
    private mutating func take(_ cursor: inout TokenCursor) {
        if cursor.takeWord("names") || cursor.takeWord("charset")
            || (cursor.isWord("character") && cursor.isWord("set", at: 1) && cursor.takeWord("character")
                && cursor.takeWord("set"))
        {
            // DEFAULT is the server's, which nobody stands for here.
            let set = cursor.isWord("default") ? .utf8mb4 : Self.set(cursor)
            guard let set, set.isForStatements else { return }
            client = set
            results = .set(set)
            return
        }
        var ahead = cursor
        _ = ahead.takeWord(of: ["session", "local"])
        guard let token = ahead.peek() else { return }
        let name = ahead.statement.source(token).asciiLowercased.split(separator: ".").last.map(String.init) ?? ""
        ahead.skip()
        guard ahead.takeSymbol("=") || ahead.takeSymbol(":=") else { return }
        switch name.drop(while: { $0 == "@" }) {
        case "character_set_client":
            if let set = Self.set(ahead), set.isForStatements { client = set }
        case "character_set_results":
            if ahead.isWord("null") { results = .unconverted } else if let set = Self.set(ahead) { results = .set(set) }
        default: break
        }
    }

    private static func set(_ cursor: TokenCursor) -> ClientCharacterSet? {
        var cursor = cursor
        return (cursor.takeString() ?? cursor.takeName()).flatMap { ClientCharacterSet(named: $0) }
    }
}
