import MySQLWire

/// Routes what the sessions of a sidecar's own accounts send beside queries on the virtual tables: what clients and
/// drivers ask when they connect is answered, everything else is refused with a hint.
struct SidecarClassifier {
    let context: SessionContext

    /// - Parameter start: behind SHOW [FULL].
    func routeShow(_ start: TokenCursor) -> Route {
        var cursor = start
        while cursor.takeWord(of: ["global", "session", "local", "storage"]) != nil {}
        switch cursor.word {
        case "databases", "schemas":
            cursor.skip()
            return listing(cursor) { .showSchemas(like: $0) }
        case "variables":
            cursor.skip()
            return listing(cursor) { .showVariables(like: $0) }
        case "collation":
            cursor.skip()
            return listing(cursor) { .showCollations(like: $0) }
        case "charset":
            cursor.skip()
            return listing(cursor) { .showCharacterSets(like: $0) }
        case "character" where cursor.isWord("set", at: 1):
            cursor.skip(2)
            return listing(cursor) { .showCharacterSets(like: $0) }
        case "status":
            cursor.skip()
            return listing(cursor) { .showStatus(like: $0) }
        case "engines": return .virtual(.showEngines)
        case "plugins": return .virtual(.showNothing(.plugins))
        default: return .refuse(.needsServer(context))
        }
    }

    private func listing(_ cursor: TokenCursor, _ answer: (String?) -> VirtualStatement) -> Route {
        var cursor = cursor
        return ShowClassifier.filtered(&cursor, answer)
    }

    func routeOther(_ cursor: TokenCursor) -> Route {
        switch cursor.word {
        case "set":
            return changesServer(cursor) ? .refuse(.needsServer(context)) : .virtual(.noOperation)
        case "begin", "commit", "rollback", "savepoint", "release", "unlock":
            return .virtual(.noOperation)
        case "start" where cursor.isWord("transaction", at: 1):
            return .virtual(.noOperation)
        default:
            return .refuse(.needsServer(context))
        }
    }

    /// SET of what is more than this session's.
    private func changesServer(_ start: TokenCursor) -> Bool {
        var cursor = start
        cursor.skip()
        if ["password", "role", "default", "statement"].contains(where: { cursor.isWord($0) }) { return true }
        while let token = cursor.peek() {
            switch token.kind {
            case .word where cursor.isWord("global") || cursor.isWord("persist") || cursor.isWord("persist_only"):
                return true
            case .systemVariable where cursor.statement.source(token).asciiLowercased.hasPrefix("@@global."):
                // Reading one is harmless: `SET x = @@global.x`.
                if cursor.isSymbol("=", at: 1) || cursor.isSymbol(":=", at: 1) { return true }
            default: break
            }
            cursor.skip()
        }
        return false
    }
}
