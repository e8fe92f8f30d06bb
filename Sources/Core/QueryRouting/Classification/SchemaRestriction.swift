/// Whether the conditions of a statement leave cluster_schema alone, by what they compare a schema's column with.
///
/// A comparison counts if nothing is joined to it by OR. A comparison with another schema, that counts as well, takes
/// the statement away from us. What is not understood says nothing.
struct SchemaRestriction {
    /// What a column is compared with.
    private enum Value: Equatable {
        case ours
        case other
        case unknown
    }

    /// A condition, or a part of one in parentheses.
    private struct Condition {
        var parent: Int?
        var hasOr = false
    }

    private struct Frame {
        /// Nil outside conditions.
        var condition: Int?
        var isCase = false
    }

    private let columns: Set<String>
    private let isSelected: Bool
    private var cursor: TokenCursor
    private var conditions: [Condition] = []
    private var frames: [Frame] = []
    private var comparisons: [(condition: Int, value: Value)] = []

    /// - Parameters:
    ///   - columns: the columns that hold a schema's name, in lower case.
    ///   - isSelected: DATABASE() is cluster_schema.
    ///   - isCondition: the text is what stands behind WHERE.
    init(_ start: TokenCursor, columns: Set<String>, isSelected: Bool, isCondition: Bool = false) {
        self.columns = columns
        self.isSelected = isSelected
        self.cursor = start
        frames = [Frame()]
        if isCondition { begin(parent: nil) }
        while !cursor.isAtEnd { read() }
    }

    var isOurs: Bool {
        // Whether OR is in a condition or in one around it, which stands before it.
        var isOptional: [Bool] = []
        for condition in conditions {
            isOptional.append(condition.hasOr || condition.parent.map { isOptional[$0] } ?? false)
        }
        let counting = comparisons.filter { !isOptional[$0.condition] }.map(\.value)
        return counting.contains(.ours) && !counting.contains(.other)
    }

    // MARK: Conditions

    private var condition: Int? { frames.last?.condition }

    private mutating func begin(parent: Int?) {
        conditions.append(Condition(parent: parent))
        frames[frames.count - 1].condition = conditions.count - 1
    }

    private mutating func read() {
        switch cursor.mark() {
        case ASCII.openingParenthesis:
            let outer = condition
            frames.append(Frame())
            if let outer, !cursor.isWord("select", at: 1), !cursor.isWord("with", at: 1) { begin(parent: outer) }
            return cursor.skip()
        case ASCII.closingParenthesis:
            while frames.count > 1, let closed = frames.popLast(), closed.isCase {}
            return cursor.skip()
        case .some: return cursor.skip()
        case nil: break
        }
        if cursor.isSymbol("||"), let condition { conditions[condition].hasOr = true }
        readWord()
    }

    private mutating func readWord() {
        switch cursor.word {
        case "case": frames.append(Frame(isCase: true))
        case "end" where frames.last?.isCase == true: frames.removeLast()
        case "where", "having", "on": begin(parent: nil)
        case "left", "right":
            if !cursor.isSymbol("(", at: 1) { frames[frames.count - 1].condition = nil }
        case "select", "union", "except", "intersect", "group", "order", "limit", "window", "join", "inner", "cross",
            "natural", "straight_join":
            frames[frames.count - 1].condition = nil
        case "or", "xor":
            if let condition { conditions[condition].hasOr = true }
        default:
            if let condition, isSchemaColumn { compare(in: condition) }
        }
        cursor.skip()
    }

    private var isSchemaColumn: Bool {
        guard let name = cursor.peek().flatMap({ cursor.statement.name($0) }), columns.contains(name.asciiLowercased)
        else { return false }
        return !cursor.isSymbol(".", at: 1) && !cursor.isSymbol("(", at: 1)
    }

    // MARK: Comparisons

    private mutating func compare(in condition: Int) {
        var ahead = cursor
        ahead.skip()
        // LOWER(column), and a column in parentheses.
        while ahead.takeSymbol(")") {}
        if ahead.takeWord("collate") { ahead.skip() }
        if ahead.takeSymbol("=") || ahead.takeSymbol("<=>") {
            comparisons.append((condition, takeValue(&ahead)))
        } else if ahead.takeWord("like") {
            comparisons.append((condition, pattern(ahead)))
        } else if ahead.takeWord("in"), ahead.takeSymbol("(") {
            comparisons.append((condition, list(&ahead)))
        } else if let value = valueBefore() {
            comparisons.append((condition, value))
        }
    }

    /// `'cluster_schema' = column`, also with the table before the column.
    private func valueBefore() -> Value? {
        let tokens = cursor.statement.tokens
        var index = cursor.index - 1
        if index >= 1, cursor.statement.isSymbol(tokens[index], ".") { index -= 2 }
        guard index >= 1, cursor.statement.isSymbol(tokens[index], "=") else { return nil }
        return cursor.statement.text(tokens[index - 1]).map(value)
    }

    private func value(_ text: String) -> Value { VirtualSchema.isName(text) ? .ours : .other }

    private func takeValue(_ ahead: inout TokenCursor) -> Value {
        // A loop, since there may be thousands in each other.
        var calls = 0
        while true {
            if ahead.word.hasPrefix("_") || ahead.isWord("binary") { ahead.skip() }
            guard Self.functionsOfCase.contains(ahead.word), ahead.isSymbol("(", at: 1) else { break }
            ahead.skip(2)
            calls += 1
        }
        let value = takeInnermost(&ahead)
        while calls > 0, ahead.takeSymbol(")") { calls -= 1 }
        return value
    }

    private static let functionsOfCase: Set<String> = ["lower", "upper", "lcase", "ucase"]

    private func takeInnermost(_ ahead: inout TokenCursor) -> Value {
        if let text = ahead.takeString() { return value(text) }
        var function = ahead
        if function.takeSymbol("("), function.takeWord("select") { ahead = function }
        if ahead.isWord("database") || ahead.isWord("schema"), ahead.isSymbol("(", at: 1), ahead.isSymbol(")", at: 2) {
            ahead.skip(3)
            return isSelected ? .ours : .other
        }
        return .unknown
    }

    private func pattern(_ start: TokenCursor) -> Value {
        var ahead = start
        guard let text = ahead.takeString() else { return .unknown }
        // An underscore that is not escaped would match more, but nobody means that.
        let plain = String(decoding: text.utf8.filter { $0 != ASCII.backslash }, as: UTF8.self)
        if VirtualSchema.isName(plain) { return .ours }
        return LikePattern(text)?.matches(VirtualSchema.name) == true ? .unknown : .other
    }

    private func list(_ ahead: inout TokenCursor) -> Value {
        var values: [Value] = []
        repeat { values.append(takeValue(&ahead)) } while ahead.takeSymbol(",")
        if values.allSatisfy({ $0 == .ours }) { return .ours }
        return values.contains(.unknown) ? .unknown : .other
    }
}
