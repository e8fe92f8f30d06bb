import MySQLWire
import QueryRouting

// What operators stand between: literals, names, parentheses, CASE.
extension SyntaxReader {
    mutating func primary() throws(SQLError) -> Expression {
        height = max(height, 1)
        guard let kind = kind() else { throw syntaxError() }
        switch kind {
        case .string: return .literal(.text(try adjacentTexts()))
        case .number: return .literal(takeNumberLiteral())
        case .hexadecimalString: return .literal(.bytes(try takeBytes()))
        case .hexadecimalNumber, .bitNumber, .bitString:
            throw .unsupported("hexadecimal and binary numbers on cluster_schema")
        case .parameter:
            index += 1
            parameterCount += 1
            return .parameter(parameterCount - 1)
        case .userVariable, .systemVariable:
            let source = statement.source(tokens[index])
            guard source.utf8.count > (kind == .systemVariable ? 2 : 1) else { throw syntaxError() }
            index += 1
            if isSymbol(":=") { throw .unsupported("an assignment in a statement on cluster_schema") }
            return .variable(source)
        case .symbol:
            guard isSymbol("(") else { throw syntaxError() }
            return try parenthesized()
        case .quotedName: return try nameOrCall()
        case .word: return try wordPrimary()
        }
    }

    /// Strings side by side are one.
    private mutating func adjacentTexts() throws(SQLError) -> String {
        var text = takeText() ?? ""
        while kind() == .string { text += takeText() ?? "" }
        return text
    }

    /// `x'41'` or `0x41`.
    private mutating func takeBytes() throws(SQLError) -> [UInt8] {
        let source = statement.source(tokens[index])
        guard let bytes = LiteralBytes.read(source, isNumber: kind() == .hexadecimalNumber) else { throw syntaxError() }
        index += 1
        return bytes
    }

    private mutating func takeNumberLiteral() -> Literal {
        let source = statement.source(tokens[index])
        index += 1
        if source.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return .double(source) }
        return Int64(source).map { .integer($0) } ?? .decimal(source)
    }

    private mutating func parenthesized() throws(SQLError) -> Expression {
        try expectSymbol("(")
        if isQueryAhead(), ["select", "with"].contains(word()) || isQueryInExpression() {
            return .subquery(try subquery())
        }
        let inner = try expression()
        try raise()
        guard !isSymbol(",") else { throw Self.rows }
        try expectSymbol(")")
        return inner
    }

    private static let rows = SQLError.unsupported("rows of several values on cluster_schema")

    /// A query and the parenthesis behind it: a tree of its own.
    mutating func subquery() throws(SQLError) -> Query {
        let other = height
        let query = try query()
        try expectSymbol(")")
        height = max(other, 1)
        return query
    }

    /// `((SELECT …) UNION SELECT …)`; `((SELECT 1) + 1)` is an expression.
    private func isQueryInExpression() -> Bool {
        closing().map { isQueryContinued($0 + 1) } ?? false
    }

    // MARK: Words

    private mutating func wordPrimary() throws(SQLError) -> Expression {
        let word = word()
        switch word {
        case "null":
            index += 1
            return .literal(.null)
        case "true", "false":
            index += 1
            return .literal(.flag(word == "true"))
        case "case": return try choice()
        case "exists" where isSymbol("(", 1):
            index += 2
            return .exists(try subquery())
        case "date", "time", "timestamp":
            if kind(1) == .string { return try temporalLiteral(word) }
        case "row" where isSymbol("(", 1): throw Self.rows
        case "interval":
            return try intervalFirst()
        case "match" where isSymbol("(", 1): throw .unsupported("MATCH on cluster_schema")
        default: break
        }
        if word.hasPrefix("_"), Self.characterSets.contains(word) {
            switch kind(1) {
            // All of ours are utf8mb4; _binary makes bytes of a text.
            case .string:
                index += 1
                let literal = Expression.literal(.text(try adjacentTexts()))
                return word == "_binary" ? .collated(literal, .binary) : literal
            case .hexadecimalString, .hexadecimalNumber:
                index += 1
                let bytes = try takeBytes()
                return .literal(word == "_binary" ? .bytes(bytes) : .text(String(decoding: bytes, as: UTF8.self)))
            case .bitString, .bitNumber: throw .unsupported("binary numbers on cluster_schema")
            default: break
            }
        }
        return try nameOrCall()
    }

    private static let characterSets: Set<String> = [
        "_utf8mb4", "_utf8mb3", "_utf8", "_latin1", "_ascii", "_binary",
    ]

    private mutating func temporalLiteral(_ word: String) throws(SQLError) -> Expression {
        index += 1
        let text = takeText() ?? ""
        let kind: TemporalKind = word == "date" ? .date : word == "time" ? .time : .dateTime
        let parsed: String? =
            switch kind {
            case .date: try TemporalText.dateTime(text)?.value.dateText
            case .time: try TemporalText.time(text).map { $0.value.text(fraction: $0.digits) }
            case .dateTime: try TemporalText.dateTime(text).map { $0.value.text(fraction: $0.digits) }
            }
        guard let parsed else {
            let name = kind == .dateTime ? "DATETIME" : word.uppercased()
            throw SQLError(errno: 1525, sqlState: "HY000", message: "Incorrect \(name) value: '\(text)'")
        }
        return .literal(.temporal(kind, parsed))
    }

    private mutating func choice() throws(SQLError) -> Expression {
        index += 1
        let operand = isWord("when") ? nil : try expression()
        var branches: [Branch] = []
        while take("when") {
            let condition = try expression()
            try expect("then")
            branches.append(Branch(condition: condition, value: try expression()))
        }
        guard !branches.isEmpty else { throw syntaxError() }
        let otherwise = take("else") ? try expression() : nil
        try expect("end")
        try raise()
        return .choice(operand: operand, branches: branches, otherwise: otherwise)
    }

    // MARK: INTERVAL

    /// Behind the word INTERVAL.
    mutating func interval() throws(SQLError) -> Interval {
        let amount = try expression()
        return Interval(amount: amount, unit: try timeUnit())
    }

    mutating func timeUnit() throws(SQLError) -> TimeUnit {
        let word = word()
        guard let unit = TimeUnit(word: word) else {
            let parts = word.split(separator: "_").compactMap { TimeUnit(rawValue: String($0)) }
            guard parts.count == 2 else { throw syntaxError() }
            throw .unsupported("the unit \(word.uppercased()) on cluster_schema")
        }
        index += 1
        return unit
    }

    /// Whether `INTERVAL (…)` here is an interval, and not the function of that name.
    func isIntervalAhead() -> Bool {
        closing(1).map { TimeUnit(word: word($0 + 1)) != nil } ?? false
    }

    /// `INTERVAL 1 DAY + x`.
    private mutating func intervalFirst() throws(SQLError) -> Expression {
        if isSymbol("(", 1), !isIntervalAhead() { throw .unsupported("INTERVAL() on cluster_schema") }
        index += 1
        let interval = try interval()
        try expectSymbol("+")
        let date = try part { reader throws(SQLError) in try reader.sum(level: 1) }
        try raise()
        return .shifted(date, interval, isNegated: false)
    }

    // MARK: Names

    private mutating func nameOrCall() throws(SQLError) -> Expression {
        if kind() == .word, !isSymbol(".", 1) {
            let word = word()
            if isSymbol("(", 1) { return try call() }
            if let function = Self.bareFunctions[word] {
                index += 1
                return .call(FunctionCall(name: function, spelling: word))
            }
        }
        let first = try expectName()
        var parts = [first]
        while parts.count < 3, isSymbol("."), kind(1) == .word || kind(1) == .quotedName {
            index += 1
            parts.append(try expectNameBehindPoint())
        }
        if isSymbol("("), parts.count > 1 {
            throw .unknownFunction(parts.joined(separator: "."))
        }
        if isSymbol(".") { throw syntaxError() }
        if parts.count == 1, isSymbol("->") || isSymbol("->>") { return try jsonOperator(parts) }
        return .column(ColumnName(parts: parts))
    }

    /// `column->'$.path'`, of MySQL alone.
    private mutating func jsonOperator(_ parts: [String]) throws(SQLError) -> Expression {
        let isUnquoting = isSymbol("->>")
        index += 1
        guard let path = takeText() else { throw syntaxError() }
        let extract = Expression.call(
            FunctionCall(
                name: "json_extract",
                spelling: "json_extract",
                arguments: [.column(ColumnName(parts: parts)), .literal(.text(path))]
            )
        )
        try raise()
        guard isUnquoting else { return extract }
        return .call(FunctionCall(name: "json_unquote", spelling: "json_unquote", arguments: [extract]))
    }

    /// Functions that need no parentheses.
    private static let bareFunctions: [String: String] = [
        "current_timestamp": "now", "localtime": "now", "localtimestamp": "now", "utc_timestamp": "utc_timestamp",
        "current_user": "current_user", "current_date": "curdate", "utc_date": "curdate", "current_time": "curtime",
        "utc_time": "curtime",
    ]
}
