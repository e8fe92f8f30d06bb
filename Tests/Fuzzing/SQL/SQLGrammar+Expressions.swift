// Values, calls and conditions.
extension SQLGrammar {
    static let functions = [
        "ABS", "ADDDATE", "CEILING", "CHAR_LENGTH", "COALESCE", "CONCAT", "CONCAT_WS", "CONNECTION_ID", "CURDATE",
        "DATABASE", "DATE", "DATEDIFF", "DATE_FORMAT", "DAY", "FIELD", "FIND_IN_SET", "FLOOR", "FROM_UNIXTIME",
        "GREATEST", "HEX", "HOUR", "IF", "IFNULL", "INSTR", "ISNULL", "JSON_EXTRACT", "JSON_OBJECT", "JSON_UNQUOTE",
        "LEAST", "LEFT", "LENGTH", "LOCATE", "LOWER", "LTRIM", "MID", "MOD", "NOW", "NULLIF", "RAND", "REPEAT",
        "REPLACE", "RIGHT", "ROUND", "SUBDATE", "SUBSTRING", "SUBSTRING_INDEX", "TIMEDIFF", "TIME_TO_SEC", "TRIM",
        "UNIX_TIMESTAMP", "UPPER", "USER", "VERSION", "YEAR",
    ]

    mutating func expression(depth: Int) -> String {
        guard depth < 7, mayGoOn() else { return random.once(in: 2) ? column() : literal() }
        func part(_ grammar: inout SQLGrammar) -> String { grammar.expression(depth: depth + 1) }
        switch random.below(24) {
        case 0...4: return column()
        case 5...7: return literal()
        case 8:
            let operation = oneOf(["+", "-", "*", "/", "DIV", "%", "MOD", "||"])
            return "(\(part(&self)) \(operation) \(part(&self)))"
        case 9, 10:
            return "(\(part(&self)) \(oneOf(["=", "<>", "<", "<=", ">", ">=", "<=>"])) \(part(&self)))"
        case 11: return "(\(part(&self)) \(oneOf(["AND", "OR"])) \(part(&self)))"
        case 12: return "\(oneOf(["NOT ", "-", "!"]))(\(part(&self)))"
        case 13:
            return "(\(part(&self)) \(random.once(in: 3) ? "NOT " : "")IN (\(part(&self)), \(part(&self))))"
        case 14: return "(\(part(&self)) BETWEEN \(part(&self)) AND \(part(&self)))"
        case 15: return "(\(part(&self)) \(oneOf(["LIKE", "NOT LIKE"])) \(part(&self)))"
        case 16: return "CASE WHEN \(part(&self)) THEN \(part(&self)) ELSE \(part(&self)) END"
        case 17:
            let type = oneOf([
                "CHAR", "CHAR(3)", "SIGNED", "UNSIGNED", "DATE", "TIME(3)", "DATETIME", "DOUBLE",
                "BINARY",
            ])
            return "CAST(\(part(&self)) AS \(type))"
        case 18:
            let unit = oneOf(["DAY", "HOUR", "MICROSECOND", "MONTH", "YEAR", "WEEK"])
            return "(\(part(&self)) \(oneOf(["+", "-"])) INTERVAL \(part(&self)) \(unit))"
        case 19 where depth < 4: return "(SELECT \(part(&self)) FROM (\(query(depth: 3))) s LIMIT 1)"
        case 20 where depth < 4:
            return oneOf(["EXISTS (#)", "(1 IN (#))"])
                .replacing("#", with: query(depth: 3))
        case 21: return "(\(part(&self)) IS \(oneOf(["NULL", "NOT NULL", "TRUE", "NOT FALSE", "UNKNOWN"])))"
        default:
            let name = oneOf(Self.functions)
            var arguments: [String] = []
            for _ in 0..<random.below(4) { arguments.append(part(&self)) }
            return "\(name)(\(arguments.joined(separator: ", ")))"
        }
    }

    mutating func aggregate(depth: Int) -> String {
        let argument = expression(depth: depth + 2)
        switch random.below(4) {
        case 0: return "COUNT(*)"
        case 1: return "GROUP_CONCAT(DISTINCT \(argument) ORDER BY 1 SEPARATOR \(text()))"
        default:
            let name = oneOf([
                "COUNT", "SUM", "AVG", "MIN", "MAX", "JSON_ARRAYAGG", "COUNT(DISTINCT", "SUM(DISTINCT",
            ])
            return name.contains("(") ? "\(name) \(argument))" : "\(name)(\(argument))"
        }
    }

    // MARK: Literals

    mutating func literal() -> String {
        switch random.below(12) {
        case 0: return "NULL"
        case 1: return oneOf(["TRUE", "FALSE"])
        case 2: return String(Int64(bitPattern: oneOf(Mutator.interesting)))
        case 3: return "\(random.below(100_000)).\(random.below(1000))"
        case 4: return oneOf(["1e3", "1.5e-7", "9e307", "0e0", "1e400"])
        case 5: return "x'\(Self.digits(random.bytes(random.below(6))))'"
        case 6:
            return oneOf(["DATE'2024-02-29'", "TIME'-838:59:59'", "TIMESTAMP'2001-01-01 00:00:00.5'", "'2024-13-45'"])
        case 7: return oneOf(["18446744073709551615", "-9223372036854775808", "99999999999999999999999999999999.9"])
        case 8: return oneOf(["@x", "@@version", "@@sql_mode", "N'a'", "_utf8mb4'a'"])
        default: return text()
        }
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Of characters that mean something to one dialect or the other.
    private mutating func characters() -> [String] {
        (0..<random.below(8)).map { _ in
            oneOf([
                "a", "'", "\"", "`", "\\", "%", "_", "\n", "--", "/*", "*/", ";", "é", "🐠", "?", "#", "t1.c0", "@",
                ":a",
                "cluster_schema.members", "\u{1a}", "\r", "\t", "0", "{", "||", "$$", "!",
            ])
        }
    }

    /// A text literal, with either kind of escape.
    mutating func text() -> String { quoted(characters()) }

    private mutating func quoted(_ characters: [String]) -> String {
        var text = "'"
        for character in characters {
            switch character {
            case "'": text += random.once(in: 2) ? "''" : "\\'"
            case "\\": text += "\\\\"
            case "\n" where random.once(in: 2): text += "\\n"
            case "\t" where random.once(in: 2): text += "\\t"
            default: text += character
            }
        }
        return text + "'"
    }

    /// A text, and its bytes as the column's name.
    mutating func literalItem() -> (text: String, alias: String) {
        let characters = characters()
        let alias = SQLLiteralAlias.prefix + Self.digits(Array(characters.joined().utf8))
        return ("\(quoted(characters)) AS \(alias)", alias)
    }
}

/// The name of a column that holds a literal.
enum SQLLiteralAlias {
    static let prefix = "lit_"

    /// The text that the column must hold; nil for other columns.
    static func text(_ name: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = Array(name.utf8.dropFirst(prefix.utf8.count))
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
