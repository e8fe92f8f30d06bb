import MySQLWire
import QueryRouting

// Operators, from those that bind loosest to those that bind tightest.
extension SyntaxReader {
    mutating func expression() throws(SQLError) -> Expression {
        try nested { reader throws(SQLError) in try reader.disjunction() }
    }

    mutating func expressionList() throws(SQLError) -> [Expression] {
        var list: [Expression] = []
        repeat { list.append(try expression()) } while takeSymbol(",")
        try raise()
        return list
    }

    private mutating func disjunction() throws(SQLError) -> Expression {
        var operands = [try conjunction()]
        while isWord("or") || (isSymbol("||") && !pipesConcatenate) {
            index += 1
            operands.append(try part { reader throws(SQLError) in try reader.conjunction() })
        }
        if isWord("xor") { throw .unsupported("XOR on cluster_schema") }
        guard operands.count > 1 else { return operands[0] }
        try raise()
        return .logical(.or, operands)
    }

    private mutating func conjunction() throws(SQLError) -> Expression {
        var operands = [try negation()]
        while isWord("and") || isSymbol("&&") {
            index += 1
            operands.append(try part { reader throws(SQLError) in try reader.negation() })
        }
        guard operands.count > 1 else { return operands[0] }
        try raise()
        return .logical(.and, operands)
    }

    private mutating func negation() throws(SQLError) -> Expression {
        var count = 0
        while take("not") { count += 1 }
        let operand = try truth()
        guard count > 0 else { return operand }
        // NOT NOT x is 1 or 0 as NOT x is.
        try raise()
        let once = Expression.unary(.not, operand)
        return count.isMultiple(of: 2) ? .unary(.not, once) : once
    }

    /// Comparisons and IS.
    private mutating func truth() throws(SQLError) -> Expression {
        var left = try predicate()
        while true {
            if take("is") {
                let isNegated = take("not")
                switch word() {
                case "null", "unknown": left = .truth(left, .null, isNegated: isNegated)
                case "true": left = .truth(left, .isTrue, isNegated: isNegated)
                case "false": left = .truth(left, .isFalse, isNegated: isNegated)
                default: throw syntaxError()
                }
                index += 1
            } else if let comparison = takeComparison() {
                if isSymbol("(", 1), ["all", "any", "some"].contains(word()) {
                    throw .unsupported("ANY and ALL on cluster_schema")
                }
                left = .compare(comparison, left, try part { reader throws(SQLError) in try reader.predicate() })
            } else if isSymbol(":=") {
                throw .unsupported("an assignment in a statement on cluster_schema")
            } else {
                return left
            }
            try raise()
        }
    }

    private mutating func takeComparison() -> Comparison? {
        guard kind() == .symbol else { return nil }
        let symbol = statement.source(tokens[index])
        guard let comparison = symbol == "!=" ? .notEqual : Comparison(rawValue: symbol) else { return nil }
        index += 1
        return comparison
    }

    private mutating func predicate() throws(SQLError) -> Expression {
        let left = try sum(level: 0)
        let start = index
        let isNegated = take("not")
        let result: Expression
        switch word() {
        case "in":
            index += 1
            result = try membership(of: left, isNegated: isNegated)
        case "between":
            index += 1
            let low = try part { reader throws(SQLError) in try reader.sum(level: 0) }
            try expect("and")
            let high = try part { reader throws(SQLError) in try reader.predicate() }
            result = .between(left, low: low, high: high, isNegated: isNegated)
        case "like":
            index += 1
            let pattern = try part { reader throws(SQLError) in try reader.unary() }
            let escape = take("escape") ? try part { reader throws(SQLError) in try reader.unary() } : nil
            result = .like(left, pattern: pattern, escape: escape, isNegated: isNegated)
        case "regexp", "rlike": throw .unsupported("REGEXP on cluster_schema")
        case "sounds" where word(1) == "like": throw .unsupported("SOUNDS LIKE on cluster_schema")
        case "member" where word(1) == "of": throw .unsupported("MEMBER OF on cluster_schema")
        default:
            index = start
            return left
        }
        try raise()
        return result
    }

    private mutating func membership(of left: Expression, isNegated: Bool) throws(SQLError) -> Expression {
        guard isSymbol("(") else { throw syntaxError() }
        if ["select", "with", "values"].contains(word(1)) {
            index += 1
            return .inQuery(left, try subquery(), isNegated: isNegated)
        }
        index += 1
        let list = try expressionList()
        try expectSymbol(")")
        return .inList(left, list, isNegated: isNegated)
    }

    // MARK: Arithmetic

    private static let levels: [[String: BinaryOperator]] = [
        ["+": .add, "-": .subtract],
        ["*": .multiply, "/": .divide, "%": .remainder, "div": .wholeDivide, "mod": .remainder],
    ]

    /// Operators that join from the left, by their level.
    mutating func sum(level: Int) throws(SQLError) -> Expression {
        guard Self.levels.indices.contains(level) else { return try concatenation() }
        var left = try sum(level: level + 1)
        while let operation = binaryOperator(at: level) {
            index += 1
            if isWord("interval"), operation == .add || operation == .subtract, !isSymbol("(", 1) || isIntervalAhead() {
                index += 1
                left = .shifted(left, try interval(), isNegated: operation == .subtract)
            } else {
                left = .binary(
                    operation,
                    left,
                    try part { reader throws(SQLError) in try reader.sum(level: level + 1) }
                )
            }
            try raise()
        }
        if kind() == .symbol, case let symbol = statement.source(tokens[index]), Self.bitOperators.contains(symbol) {
            throw .unsupported("the operator \(symbol) on cluster_schema")
        }
        return left
    }

    private static let bitOperators: Set<String> = ["|", "&", "^", "<<", ">>"]

    private func binaryOperator(at level: Int) -> BinaryOperator? {
        guard tokens.indices.contains(index) else { return nil }
        switch tokens[index].kind {
        case .symbol: return Self.levels[level][statement.source(tokens[index])]
        case .word where level == 1: return Self.levels[level][word()]
        default: return nil
        }
    }

    /// `||` under PIPES_AS_CONCAT.
    private mutating func concatenation() throws(SQLError) -> Expression {
        var left = try unary()
        while pipesConcatenate, takeSymbol("||") {
            left = .binary(.concatenate, left, try part { reader throws(SQLError) in try reader.unary() })
            try raise()
        }
        return left
    }

    mutating func unary() throws(SQLError) -> Expression {
        // Signs are read in a loop: a long row of them is no deep tree.
        var signs: [UnaryOperator] = []
        while true {
            if takeSymbol("-") {
                signs.append(.negative)
            } else if isSymbol("~") {
                throw .unsupported("the operator ~ on cluster_schema")
            } else if takeSymbol("!") {
                signs.append(.not)
            } else if !takeSymbol("+") {
                break
            }
        }
        var result: Expression
        if isWord("binary"), !isSymbol(",", 1), !isSymbol(")", 1) {
            index += 1
            result = .collated(try nested { reader throws(SQLError) in try reader.unary() }, .binary)
            try raise()
        } else {
            result = try collated()
        }
        for sign in signs.reversed() {
            if sign == .negative, case .literal(let literal) = result, let negated = literal.negated {
                result = .literal(negated)
            } else {
                result = .unary(sign, result)
                try raise()
            }
        }
        return result
    }

    private mutating func collated() throws(SQLError) -> Expression {
        var operand = try primary()
        while take("collate") {
            guard let name = takeText() ?? (isWord("binary") ? nextWord() : takeName()) else { throw syntaxError() }
            let lower = name.asciiLowercased
            guard
                lower == "binary" || lower.hasPrefix("utf8") || lower.hasPrefix("latin1_")
                    || lower.hasPrefix("ascii_")
            else {
                throw SQLError(errno: 1273, sqlState: "HY000", message: "Unknown collation: '\(name)'")
            }
            let isBinary = lower == "binary" || lower.hasSuffix("_bin") || lower.hasSuffix("_cs")
            operand = .collated(operand, isBinary ? .binary : .caseInsensitive)
            try raise()
        }
        return operand
    }

    private mutating func nextWord() -> String {
        let word = word()
        index += 1
        return word
    }
}

extension Literal {
    /// The literal with a minus before it; nil where that is no literal.
    var negated: Literal? {
        switch self {
        case .integer(let number): number == .min ? nil : .integer(-number)
        case .decimal("9223372036854775808"): .integer(.min)
        case .decimal(let text): .decimal(text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text)
        case .double(let text): .double(text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text)
        default: nil
        }
    }
}
