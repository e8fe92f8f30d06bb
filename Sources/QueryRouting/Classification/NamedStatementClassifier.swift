import MySQLWire

/// PREPARE, EXECUTE and DEALLOCATE PREPARE: prepared statements that go by a name of the client's choice.
///
/// The text that PREPARE names stands in a string, so that nothing but these statements themselves tells whether it is
/// about our tables.
struct NamedStatementClassifier {
    let context: SessionContext
    /// Routes the text of a statement that is being prepared.
    let routeText: ([UInt8], SessionContext) -> Route

    /// Whether a statement may be one of these and about ours.
    static func concerns(_ cursor: TokenCursor, _ context: SessionContext) -> Bool {
        switch cursor.word {
        case "prepare": true
        case "execute" where isImmediate(cursor): true
        case "execute", "deallocate", "drop": !context.namedStatements.isEmpty
        default: false
        }
    }

    private static func isImmediate(_ cursor: TokenCursor) -> Bool {
        cursor.isWord("immediate", at: 1) && cursor.peek(2)?.kind == .string
    }

    /// - Returns: nil for a statement that is none of ours.
    func route(_ start: TokenCursor) -> Route? {
        var cursor = start
        let verb = cursor.word
        cursor.skip()
        switch verb {
        case "prepare": return routePrepare(cursor)
        case "execute" where Self.isImmediate(start): return routeImmediate(cursor)
        case "execute": return routeExecute(cursor)
        case "deallocate", "drop":
            guard cursor.takeWord("prepare"), let name = cursor.takeName(), isOurs(name), cursor.isAtEnd else {
                return nil
            }
            return .deallocateNamed(name.asciiLowercased)
        default: return nil
        }
    }

    private func isOurs(_ name: String) -> Bool { context.namedStatements.contains(name.asciiLowercased) }

    private func routePrepare(_ start: TokenCursor) -> Route? {
        var cursor = start
        guard let name = cursor.takeName(), cursor.takeWord("from") else { return nil }
        guard let text = cursor.takeContent(), cursor.isAtEnd else {
            // From a variable: mysqld alone knows the text, and has the name from now on.
            return isOurs(name) ? .replaceNamed(name.asciiLowercased) : nil
        }
        var context = self.context
        context.allowsParameters = true
        switch routeText(text, context) {
        case .virtual(let statement): return .prepareNamed(name.asciiLowercased, statement)
        case .refuse(let error): return .refuse(error)
        case .server: return isOurs(name) ? .replaceNamed(name.asciiLowercased) : nil
        default: return .refuse(.unsupported("this statement in PREPARE"))
        }
    }

    /// EXECUTE IMMEDIATE of a text.
    private func routeImmediate(_ start: TokenCursor) -> Route? {
        var cursor = start
        cursor.skip()
        guard let text = cursor.takeContent() else { return nil }
        var context = self.context
        context.allowsParameters = !cursor.isAtEnd
        switch routeText(text, context) {
        case .virtual where !cursor.isAtEnd:
            return .refuse(.unsupported("EXECUTE IMMEDIATE with USING of a statement on cluster_schema"))
        case .virtual(let statement): return .virtual(statement)
        case .refuse(let error): return .refuse(error)
        case .server: return nil
        default: return .refuse(.unsupported("this statement in EXECUTE IMMEDIATE"))
        }
    }

    private func routeExecute(_ start: TokenCursor) -> Route? {
        var cursor = start
        guard let name = cursor.takeName(), isOurs(name) else { return nil }
        var variables: [String] = []
        if cursor.takeWord("using") {
            repeat {
                guard let token = cursor.peek(), token.kind == .userVariable else {
                    return .refuse(.unsupported("EXECUTE of a statement on cluster_schema with anything but variables"))
                }
                variables.append(String(cursor.statement.source(token)))
                cursor.skip()
            } while cursor.takeSymbol(",")
        }
        guard cursor.isAtEnd else { return .refuse(.syntax(near: cursor.word, line: 1)) }
        return .executeNamed(name.asciiLowercased, variables: variables)
    }
}
