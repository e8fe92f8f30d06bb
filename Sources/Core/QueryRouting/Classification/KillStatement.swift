/// `KILL [HARD | SOFT] [CONNECTION | QUERY] id`, as far as it may concern a session that waits in this sidecar.
package struct KillStatement: Hashable, Sendable {
    package enum Scope: Hashable, Sendable {
        case connection
        /// The statement under way alone.
        case query
    }

    package var scope: Scope
    package var connectionID: UInt32
    /// Where the id stands in the statement.
    private let idRange: Range<Int>

    /// Whether a statement may begin with KILL. Asked of every forwarded statement: it looks at a byte or two of most.
    ///
    /// - Parameter statement: with query attributes before it, if those were negotiated; only none of them is passed
    ///   over, since shells and drivers send KILL without any.
    package static func isCandidate(_ statement: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        // No attributes, in one set.
        if statement.count > 2, statement[0] == 0, statement[1] == 1 { index = 2 }
        while index < statement.count {
            switch statement[index] {
            case UInt8(ascii: "k"), UInt8(ascii: "K"): return isKill(statement, at: index)
            case 0x09...0x0d, 0x20: index += 1
            // A comment: the tokenizer will tell what stands behind it.
            case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "#"): return holdsKill(statement, from: index)
            default: return false
            }
        }
        return false
    }

    private static func isKill(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
        guard bytes.count - index > 5 else { return false }
        return bytes[index + 1] | 0x20 == UInt8(ascii: "i") && bytes[index + 2] | 0x20 == UInt8(ascii: "l")
            && bytes[index + 3] | 0x20 == UInt8(ascii: "l")
    }

    /// Comments before a statement are short; behind this many bytes no KILL is looked for.
    private static let longestComment = 256

    private static func holdsKill(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        let end = min(bytes.count, start + longestComment)
        for index in start..<end where bytes[index] | 0x20 == UInt8(ascii: "k") && isKill(bytes, at: index) {
            return true
        }
        return false
    }

    /// COM_PROCESS_KILL, which has no statement.
    package init(_ scope: Scope, _ connectionID: UInt32) {
        self.scope = scope
        self.connectionID = connectionID
        idRange = 0..<0
    }

    /// - Returns: nil for any other statement, for KILL of a user or of a query's id, and where the id is no number.
    package init?(_ statement: [UInt8], in context: SessionContext) {
        guard statement.withUnsafeBytes({ Self.isCandidate($0) }) else { return nil }
        let tokenized = SQLTokenizer.tokenize(statement, mode: LexicalMode(context))
        guard tokenized.defect == nil else { return nil }
        var cursor = TokenCursor(tokenized, 0..<tokenized.tokens.count)
        guard cursor.takeWord("kill") else { return nil }
        _ = cursor.takeWord(of: ["hard", "soft"])
        let word = cursor.takeWord(of: ["connection", "query"])
        guard let token = cursor.peek(), token.kind == .number, let id = UInt32(tokenized.source(token)) else {
            return nil
        }
        cursor.skip()
        _ = cursor.takeSymbol(";")
        guard cursor.isAtEnd else { return nil }
        scope = word == "query" ? .query : .connection
        connectionID = id
        idRange = token.start..<token.end
    }

    /// The statement of a server that knows the connection by another id.
    ///
    /// - Parameter statement: the one that this was read from.
    package func text(_ statement: [UInt8], naming id: UInt32) -> [UInt8] {
        guard statement.indices.contains(idRange.lowerBound), idRange.upperBound <= statement.count else {
            return statement
        }
        return statement[..<idRange.lowerBound] + Array(String(id).utf8) + statement[idRange.upperBound...]
    }
}
