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
        index += 2
        switch name {
        case "cast": return try castCall()
        case "convert": return try convertCall()
        case "trim": return try trimCall(call)
        case "extract":
            guard let unit = TimeUnit(word: word()) else { throw syntaxError() }
            index += 1
            try expect("from")
            call.unit = unit
            call.arguments = [try expression()]
        case "timestampdiff", "timestampadd":
            guard let unit = TimeUnit(word: word()) else { throw syntaxError() }
            index += 1
            call.unit = unit
            try expectSymbol(",")
            call.arguments = try expressionList()
        case "position":
            let wanted = try sum(level: 0)
            try expect("in")
            call = FunctionCall(name: "locate", spelling: "locate", arguments: [wanted, try expression()])
        case "substring", "substr", "mid":
            call.arguments = try substringArguments()
        case "date_add", "date_sub", "adddate", "subdate":
            let date = try expression()
            let other = height
            try expectSymbol(",")
            guard take("interval") else {
                guard name.hasSuffix("date") else { throw syntaxError() }
                let days = Interval(amount: try expression(), unit: .day)
                try expectSymbol(")")
                try raise(over: other)
                return .shifted(date, days, isNegated: name == "subdate")
            }
            let interval = try interval()
            try expectSymbol(")")
            try raise(over: other)
            return .shifted(date, interval, isNegated: name.contains("sub"))
        case "group_concat": try readGroupConcat(&call)
        default:
            if takeSymbol("*") {
                guard name == "count" else { throw syntaxError() }
                call.hasStar = true
            } else if !isSymbol(")") {
                if take("distinct") { call.isDistinct = true } else { _ = take("all") }
                call.arguments = try expressionList()
                if name == "char", take("using") { _ = try expectNameBehindPoint() }
            }
        }
        if let count = Self.fixedCounts[name], call.arguments.count != count { throw syntaxError() }
        try expectSymbol(")")
        try raise()
        if isWord("within"), word(1) == "group" { throw .unsupported("WITHIN GROUP on cluster_schema") }
        if isWord("over") { call.over = try windowReference() }
        return .call(call)
    }

    /// How many arguments the grammar itself asks for.
    private static let fixedCounts = ["left": 2, "right": 2, "if": 3, "mod": 2, "insert": 4, "repeat": 2, "replace": 3]

    // MARK: CAST and CONVERT

    private mutating func castCall() throws(SQLError) -> Expression {
        let operand = try expression()
        try expect("as")
        let type = try castType()
        try expectSymbol(")")
        try raise()
        return .cast(operand, type)
    }

    private mutating func convertCall() throws(SQLError) -> Expression {
        let operand = try expression()
        if take("using") {
            let name = try expectNameBehindPoint().asciiLowercased
            try expectSymbol(")")
            try raise()
            return .cast(operand, name == "binary" ? .bytes(length: nil) : .text(length: nil))
        }
        try expectSymbol(",")
        let type = try castType()
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
        case "binary", "varbinary": return .bytes(length: try takeLength())
        case "decimal", "dec", "numeric":
            guard takeSymbol("(") else { return .decimal(precision: 10, scale: 0) }
            guard let precision = takeNumber() else { throw syntaxError() }
            var scale = 0
            if takeSymbol(",") {
                guard let number = takeNumber() else { throw syntaxError() }
                scale = number
            }
            try expectSymbol(")")
            guard precision <= 65, scale <= 38, scale <= precision else {
                throw SQLError(errno: 1426, sqlState: "42000", message: "Too big precision specified. Maximum is 65")
            }
            return .decimal(precision: precision, scale: scale)
        case "double":
            _ = take("precision")
            return .double
        case "float", "real":
            _ = try takeLength()
            return .double
        case "date": return .date
        case "time": return .time(fraction: try takeFraction())
        case "datetime", "timestamp": return .dateTime(fraction: try takeFraction())
        case "json": return .json
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
        guard digits <= 6 else {
            throw SQLError(
                errno: 1426,
                sqlState: "42000",
                message: "Too big precision \(digits) specified. Maximum is 6"
            )
        }
        return digits
    }

    // MARK: Texts

    /// `TRIM([BOTH | LEADING | TRAILING] [x] FROM y)`.
    private mutating func trimCall(_ start: FunctionCall) throws(SQLError) -> Expression {
        var call = start
        let side = take(anyOf: ["both", "leading", "trailing"])
        switch side {
        case "leading": call.name = "ltrim"
        case "trailing": call.name = "rtrim"
        default: call.name = "trim"
        }
        if side != nil, take("from") {
            call.arguments = [try expression()]
        } else {
            let first = try expression()
            let other = height
            if take("from") {
                call.arguments = [try expression(), first]
                height = max(height, other)
            } else {
                guard side == nil else { throw syntaxError() }
                call.arguments = [first]
            }
        }
        try expectSymbol(")")
        try raise()
        return .call(call)
    }

    /// `(x, 1, 2)` or `(x FROM 1 FOR 2)`.
    private mutating func substringArguments() throws(SQLError) -> [Expression] {
        var list = [try expression()]
        var highest = height
        let separators = take("from") ? "for" : ","
        if separators == "," { try expectSymbol(",") }
        list.append(try expression())
        highest = max(highest, height)
        if separators == "," ? takeSymbol(",") : take("for") { list.append(try expression()) }
        height = max(highest, height)
        return list
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
        call.limit = try takeLimit()
    }

    // MARK: Windows

    private mutating func windowReference() throws(SQLError) -> WindowReference {
        index += 1
        if isSymbol("(") { return .inline(try windowSpecification()) }
        return .named(try expectName())
    }

    mutating func windowSpecification() throws(SQLError) -> WindowSpecification {
        try nested { reader throws(SQLError) in
            var window = WindowSpecification()
            try reader.expectSymbol("(")
            if !["partition", "order", "rows", "range"].contains(reader.word()) { window.base = reader.takeName() }
            if reader.take("partition") {
                try reader.expect("by")
                window.partition = try reader.expressionList()
            }
            if reader.take("order") {
                try reader.expect("by")
                window.order = try reader.orderTerms()
            }
            if let unit = reader.take(anyOf: ["rows", "range"]) { window.frame = try reader.frame(unit) }
            try reader.expectSymbol(")")
            return window
        }
    }

    private mutating func frame(_ unit: String) throws(SQLError) -> String {
        guard take("between") else { return "\(unit.uppercased()) \(try frameBound())" }
        let start = try frameBound()
        try expect("and")
        return "\(unit.uppercased()) BETWEEN \(start) AND \(try frameBound())"
    }

    private mutating func frameBound() throws(SQLError) -> String {
        if take("current") {
            try expect("row")
            return "CURRENT ROW"
        }
        var amount = "UNBOUNDED"
        if !take("unbounded") {
            guard let number = takeNumber() else { throw syntaxError() }
            amount = String(number)
        }
        guard let side = take(anyOf: ["preceding", "following"]) else { throw syntaxError() }
        return "\(amount) \(side.uppercased())"
    }
}
