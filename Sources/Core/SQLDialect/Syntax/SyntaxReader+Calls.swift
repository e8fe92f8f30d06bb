import MySQLWire
import QueryRouting

// Calls of functions, with the words that some have between their arguments.
extension SyntaxReader {
    mutating func call() throws(SQLError) -> Expression {
        try nested { reader throws(SQLError) in try reader.callBody() }
    }

    private mutating func callBody() throws(SQLError) -> Expression {
        let name = word()
        var call = FunctionCall(name: name, spelling: statement.source(tokens[index]))
        if let reason = FunctionSpecification.refused[name] {
            throw .unsupported("\(call.spelling.uppercased())() on cluster_schema: \(reason)")
        }
        index += 2
        switch name {
        case "cast": return try castCall()
        case "convert": return try convertCall()
        case "timestampdiff":
            let unit = try timeUnit()
            try expectSymbol(",")
            call.arguments = [.literal(.text(unit.rawValue))] + (try expressionList())
        case "date_add", "date_sub", "adddate", "subdate":
            let date = try expression()
            try expectSymbol(",")
            let interval: Interval
            if take("interval") {
                interval = try self.interval()
            } else {
                guard name.hasSuffix("date") else { throw syntaxError() }
                interval = Interval(amount: try expression(), unit: .day)
            }
            try expectSymbol(")")
            try raise()
            return .shifted(date, interval, isNegated: name.contains("sub"))
        case "group_concat": try readGroupConcat(&call)
        default:
            if takeSymbol("*") {
                guard name == "count" else { throw syntaxError() }
                call.hasStar = true
            } else if !isSymbol(")") {
                if name == "trim", ["both", "leading", "trailing"].contains(word()) {
                    throw .unsupported("TRIM() of other than spaces on cluster_schema")
                }
                if take("distinct") { call.isDistinct = true } else { _ = take("all") }
                call.arguments = try expressionList()
                if isWord("from") { throw .unsupported("FROM in \(call.spelling.uppercased())() on cluster_schema") }
            }
        }
        if let count = Self.fixedCounts[name], call.arguments.count != count { throw syntaxError() }
        try expectSymbol(")")
        try raise()
        if isWord("within"), word(1) == "group" { throw .unsupported("WITHIN GROUP on cluster_schema") }
        if isWord("over") { throw .unsupported("window functions on cluster_schema") }
        return .call(call)
    }

    /// How many arguments the grammar itself asks for.
    private static let fixedCounts = ["left": 2, "right": 2, "if": 3, "mod": 2, "repeat": 2, "replace": 3]

    // MARK: CAST and CONVERT

    private mutating func castCall() throws(SQLError) -> Expression {
        let operand = try expression()
        try expect("as")
        return try cast(operand, to: try castType())
    }

    private mutating func convertCall() throws(SQLError) -> Expression {
        let operand = try expression()
        if take("using") {
            let name = try expectNameBehindPoint().asciiLowercased
            return try cast(operand, to: name == "binary" ? .bytes : .text(length: nil))
        }
        try expectSymbol(",")
        return try cast(operand, to: try castType())
    }

    private mutating func cast(_ operand: Expression, to type: CastType) throws(SQLError) -> Expression {
        try expectSymbol(")")
        try raise()
        return .cast(operand, type)
    }

    private mutating func castType() throws(SQLError) -> CastType {
        let word = word()
        index += 1
        switch word {
        case "signed", "unsigned":
            _ = take("integer") || take("int")
            return word == "signed" ? .signed : .unsigned
        case "int", "integer", "bigint": return .signed
        case "char", "nchar", "varchar", "character":
            let length = try takeLength()
            if word == "character" { _ = take("varying") }
            if take("character") {
                try expect("set")
                _ = try expectCharacterSet()
            } else if take("charset") {
                _ = try expectCharacterSet()
            } else {
                _ = take(anyOf: ["ascii", "unicode", "binary"])
            }
            return .text(length: length)
        case "binary", "varbinary":
            guard try takeLength() == nil else { throw .unsupported("CAST AS BINARY of a length on cluster_schema") }
            return .bytes
        case "decimal", "dec", "numeric": throw .unsupported("CAST AS DECIMAL on cluster_schema")
        case "double":
            _ = take("precision")
            return .double
        case "float", "real":
            _ = try takeLength()
            return .double
        case "date": return .date
        case "time": return .time(fraction: try takeFraction())
        case "datetime", "timestamp": return .dateTime(fraction: try takeFraction())
        case "json": throw .unsupported("CAST AS JSON on cluster_schema")
        default:
            index -= 1
            throw syntaxError()
        }
    }

    private mutating func expectCharacterSet() throws(SQLError) -> String {
        if take("binary") { return "binary" }
        if let text = takeText() { return text }
        return try expectNameBehindPoint()
    }

    private mutating func takeFraction() throws(SQLError) -> Int {
        let digits = try takeLength() ?? 0
        guard digits <= 6 else { throw StatementErrors.tooPrecise(String(digits)) }
        return digits
    }

    private mutating func readGroupConcat(_ call: inout FunctionCall) throws(SQLError) {
        call.isDistinct = take("distinct")
        call.arguments = try expressionList()
        if take("order") {
            try expect("by")
            call.order = try orderTerms()
        }
        if take("separator") {
            guard let separator = takeText() else { throw syntaxError() }
            call.separator = separator
        }
        if isWord("limit") { throw .unsupported("LIMIT in GROUP_CONCAT() on cluster_schema") }
    }
}
