import MySQLWire

/// PREPARE and EXECUTE IMMEDIATE of texts that are about our tables, which nothing but these statements themselves tells:
/// the text stands in a string.
///
/// The names of prepared statements are mysqld's alone: it compares them by its own collation, and procedures give them
/// too. So statements of ours have none, and a PREPARE that is refused ends what went by its name.
struct NamedStatementClassifier {
    let context: SessionContext
    /// Routes the text of a statement that is being prepared.
    let routeText: ([UInt8], SessionContext) -> Route

    /// Whether a statement is one of these.
    static func concerns(_ cursor: TokenCursor) -> Bool {
        cursor.isWord("prepare") || (cursor.isWord("execute") && cursor.isWord("immediate", at: 1))
    }

    /// The name in `PREPARE name FROM …`, as typed; nil for other statements.
    static func preparedName(_ start: TokenCursor) -> [UInt8]? {
        var cursor = start
        guard cursor.takeWord("prepare"), let name = cursor.peek(), cursor.takeName() != nil, cursor.isWord("from")
        else { return nil }
        return Array(cursor.statement.bytes[name.start..<name.end])
    }

    /// - Returns: nil for a statement that is none of ours.
    func route(_ start: TokenCursor) -> Route? {
        var cursor = start
        if let name = Self.preparedName(start) {
            cursor.skip(3)
            return refusal(ofPrepare: cursor).map { .refusePrepare(names: [name], $0) }
        }
        guard cursor.takeWord("execute"), cursor.takeWord("immediate") else { return nil }
        return routeImmediate(cursor)
    }

    private func refusal(ofPrepare start: TokenCursor) -> SQLError? {
        var cursor = start
        guard let text = cursor.takeContent(), cursor.isAtEnd else { return refusalOfUnknownText }
        var context = self.context
        context.allowsParameters = true
        switch routeText(text, context) {
        case .server: return nil
        case .refuse(let error), .refusePrepare(_, let error): return error
        default: return .unsupported("PREPARE of a statement on cluster_schema")
        }
    }

    /// mysqld alone knows the text, and would take its tables without a schema for those of another one.
    private var refusalOfUnknownText: SQLError? {
        context.isVirtualSchemaSelected
            ? .unsupported("PREPARE or EXECUTE of anything but a text while cluster_schema is the chosen schema") : nil
    }

    /// EXECUTE IMMEDIATE of a text.
    private func routeImmediate(_ start: TokenCursor) -> Route? {
        var cursor = start
        guard let text = cursor.takeContent() else { return refusalOfUnknownText.map { .refuse($0) } }
        var context = self.context
        context.allowsParameters = !cursor.isAtEnd
        switch routeText(text, context) {
        case .virtual where !cursor.isAtEnd:
            return .refuse(.unsupported("EXECUTE IMMEDIATE with USING of a statement on cluster_schema"))
        case .virtual(let statement): return .virtual(statement)
        case .refuse(let error), .refusePrepare(_, let error): return .refuse(error)
        case .server: return nil
        default: return .refuse(.unsupported("this statement in EXECUTE IMMEDIATE"))
        }
    }
}
