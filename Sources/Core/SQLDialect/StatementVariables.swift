package import MySQLWire
package import QueryRouting

/// The variables of mysqld that a statement needs, and their values.
package enum StatementVariables {
    /// Decides whether `||` joins texts or is OR.
    static let sqlMode = "@@sql_mode"

    /// The variables that a statement names, as typed and each once; `@@sql_mode` too where it decides the meaning.
    package static func names(in text: String, mode: LexicalMode) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "@")) || text.utf8.contains(UInt8(ascii: "|")) else { return [] }
        let statement = SQLTokenizer.tokenize(Array(text.utf8), mode: mode)
        guard statement.defect == nil else { return [] }
        var names: [String] = []
        var known: Set<String> = []
        func note(_ name: String) {
            if known.insert(name).inserted { names.append(name) }
        }
        for token in statement.tokens {
            switch token.kind {
            case .userVariable, .systemVariable:
                let name = statement.source(token)
                if name.utf8.count > (token.kind == .userVariable ? 1 : 2) { note(name) }
            case .symbol where statement.isSymbol(token, "||"):
                note(sqlMode)
            default: break
            }
        }
        return names
    }

    /// - Throws: `SQLError` 1193 for a system variable that neither mysqld has told nor the engine knows.
    package static func value(of name: String, in context: SessionContext) throws(SQLError) -> SQLValue {
        if let known = context.variables[name] ?? diagnosticCount(of: name, in: context) { return known }
        guard name.hasPrefix("@@") else { return .null }
        guard let plain = SystemVariables.name(in: name), SystemVariables.isKnown(plain) else {
            throw .unknownSystemVariable(SystemVariables.name(in: name) ?? String(name.dropFirst(2)))
        }
        return SystemVariables.value(of: plain, in: context)
    }

    /// `@@warning_count` and `@@error_count` while the sidecar knows them: mysqld did not answer the statement before.
    ///
    /// - Returns: nil for other variables, and when mysqld is the one to ask.
    package static func diagnosticCount(of name: String, in context: SessionContext) -> SQLValue? {
        guard let diagnostics = context.diagnostics, name.hasPrefix("@@"),
            !name.asciiLowercased.hasPrefix("@@global.")
        else { return nil }
        switch SystemVariables.name(in: name) {
        case "warning_count": return .integer(Int64(diagnostics.count))
        case "error_count": return .integer(Int64(diagnostics.count { $0.level == .error }))
        default: return nil
        }
    }

    /// Whether `sql_mode`, if it was asked for, makes `||` join texts.
    package static func pipesConcatenate(in context: SessionContext) -> Bool {
        guard case .text(let modes)? = context.variables[sqlMode] else { return false }
        return modes.split(separator: ",").contains { $0 == "PIPES_AS_CONCAT" || $0 == "ANSI" }
    }
}

extension VirtualStatement {
    /// The part of the statement that is computed, and may name variables.
    package var expressionText: String? {
        switch self {
        case .select(let text), .filtered(_, where: let text), .listServerSchemas(.satisfying(let text)): text
        default: nil
        }
    }
}
