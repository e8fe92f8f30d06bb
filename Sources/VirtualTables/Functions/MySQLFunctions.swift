import ClusterModel
import MySQLWire
import QueryRouting

/// MySQL's functions that SQLite lacks or means otherwise.
enum MySQLFunctions {
    /// - Parameter environment: kept by the functions of the session and of time.
    static func all(_ environment: FunctionEnvironment) -> [SQLiteFunction] {
        session(environment) + times(environment) + texts + comparisons
    }

    /// How long a text that a function builds may become, in bytes.
    private static let maximumBytes = 1 << 20

    // MARK: The session

    private static func session(_ environment: FunctionEnvironment) -> [SQLiteFunction] {
        [
            function("database", 0...0, isDeterministic: false) { _ in
                environment.context.isVirtualSchemaSelected ? .text(VirtualSchema.name) : .null
            },
            function("user", 0...0, isDeterministic: false) { _ in
                .text("\(environment.context.user)@\(environment.context.host)")
            },
            function("connection_id", 0...0, isDeterministic: false) { _ in
                .integer(Int64(environment.context.connectionID))
            },
            function("version", 0...0, isDeterministic: false) { _ in .text(environment.context.serverVersion) },
            function("system_variable", 1...1, isDeterministic: false) { arguments in
                SystemVariables.value(of: arguments[0].text ?? "", in: environment.context)
            },
            function("last_insert_id", 0...0, isDeterministic: false) { _ in .integer(0) },
            function("found_rows", 0...0, isDeterministic: false) { _ in .integer(0) },
        ]
    }

    // MARK: Times

    private static func times(_ environment: FunctionEnvironment) -> [SQLiteFunction] {
        [
            function("now", 0...1, isDeterministic: false) { arguments in
                let digits = arguments.first?.integer ?? 0
                return .text(CivilTime(environment.statementTime).text(fractionDigits: Int(clamping: digits)))
            },
            function("current_day", 0...0, isDeterministic: false) { _ in
                .text(String(CivilTime(environment.statementTime).text(fractionDigits: 0).prefix(10)))
            },
            function("current_clock", 0...1, isDeterministic: false) { arguments in
                let digits = arguments.first?.integer ?? 0
                let text = CivilTime(environment.statementTime).text(fractionDigits: Int(clamping: digits))
                return .text(String(text.dropFirst(11)))
            },
            function("unix_timestamp", 0...1, isDeterministic: false) { arguments in
                guard let argument = arguments.first else {
                    return .integer(environment.statementTime.microsecondsSince1970 / 1_000_000)
                }
                guard let text = argument.text, let time = CivilTime.microsecondsSince1970(text) else { return .null }
                if time % 1_000_000 == 0 { return .integer(time / 1_000_000) }
                return .double(Double(time) / 1_000_000)
            },
            function("from_unixtime", 1...1) { arguments in
                guard let seconds = arguments[0].number, abs(seconds) < 1e11 else { return .null }
                let microseconds = Int64((seconds * 1_000_000).rounded())
                let digits = microseconds % 1_000_000 == 0 ? 0 : 6
                return .text(CivilTime(WallTime(microsecondsSince1970: microseconds)).text(fractionDigits: digits))
            },
            // The unit is a word of the grammar in MySQL; the translator hands it on as a name, so it is not offered.
            function("time_to_sec", 1...1) { arguments in
                guard let text = arguments[0].text,
                    let time = CivilTime.microsecondsSince1970("1970-01-01 " + text.suffix(8))
                else { return .null }
                return .integer(time / 1_000_000)
            },
        ]
    }

    // MARK: Texts

    private static var texts: [SQLiteFunction] {
        [
            function("concat", 1...127) { arguments throws(SQLiteFunction.Failure) in
                if arguments.contains(.null) { return .null }
                return try joined(arguments.compactMap(\.text), separator: "")
            },
            function("concat_ws", 2...127) { arguments throws(SQLiteFunction.Failure) in
                guard let separator = arguments[0].text else { return .null }
                return try joined(arguments.dropFirst().compactMap(\.text), separator: separator)
            },
            function("left", 2...2) { arguments in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                return .text(String(text.prefix(Int(clamping: max(0, count)))))
            },
            function("right", 2...2) { arguments in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                return .text(String(text.suffix(Int(clamping: max(0, count)))))
            },
            function("octet_length", 1...1) { arguments in
                arguments[0].text.map { .integer(Int64($0.utf8.count)) } ?? .null
            },
            // LIKE, with the backslash as its escape character unless another is given.
            function("like", 2...3) { arguments throws(SQLiteFunction.Failure) in
                guard let pattern = arguments[0].text, let text = arguments[1].text else { return .null }
                var escape: Unicode.Scalar? = "\\"
                if arguments.count == 3 { escape = arguments[2].text?.unicodeScalars.first }
                guard let matcher = LikePattern(pattern, escape: escape) else {
                    throw SQLiteFunction.Failure(message: "the pattern of LIKE is too long")
                }
                return .integer(matcher.matches(text) ? 1 : 0)
            },
            function("substring_index", 3...3) { arguments in
                guard let text = arguments[0].text, let mark = arguments[1].text, let count = arguments[2].integer
                else { return .null }
                return .text(substringIndex(text, mark, Int(clamping: count)))
            },
        ]
    }

    private static func joined(_ texts: [String], separator: String) throws(SQLiteFunction.Failure) -> SQLValue {
        let count = texts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
        guard count <= maximumBytes else { throw SQLiteFunction.Failure(message: "the text is too long") }
        return .text(texts.joined(separator: separator))
    }

    /// What stands before the nth mark; counted from the end, and what stands behind it, if n is negative.
    private static func substringIndex(_ text: String, _ mark: String, _ count: Int) -> String {
        guard !mark.isEmpty, count != 0 else { return "" }
        let bytes = Array(text.utf8)
        let wanted = Array(mark.utf8)
        var positions: [Int] = []
        var index = 0
        while index + wanted.count <= bytes.count {
            if bytes[index..<(index + wanted.count)].elementsEqual(wanted) {
                positions.append(index)
                index += wanted.count
            } else {
                index += 1
            }
        }
        if count > 0 {
            return count > positions.count ? text : String(decoding: bytes[..<positions[count - 1]], as: UTF8.self)
        }
        guard count.magnitude <= positions.count else { return text }
        let start = positions[positions.count - Int(count.magnitude)] + wanted.count
        return String(decoding: bytes[start...], as: UTF8.self)
    }

    // MARK: Comparisons

    private static var comparisons: [SQLiteFunction] {
        [
            function("isnull", 1...1) { .integer($0[0] == .null ? 1 : 0) },
            function("field", 2...127) { arguments in
                let wanted = arguments[0]
                let position = arguments.dropFirst().firstIndex { isEqual($0, wanted) }
                return .integer(Int64(position ?? 0))
            },
            function("find_in_set", 2...2) { arguments in
                guard let wanted = arguments[0].text, let list = arguments[1].text else { return .null }
                let parts = list.asciiLowercased.split(separator: ",", omittingEmptySubsequences: false)
                return .integer(Int64((parts.firstIndex { $0 == wanted.asciiLowercased } ?? -1) + 1))
            },
            function("greatest", 2...127) { extreme($0) { isLess($1, $0) } },
            function("least", 2...127) { extreme($0) { isLess($0, $1) } },
            function("truncate", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                var scale = 1.0
                for _ in 0..<min(15, digits.magnitude) { scale *= 10 }
                let value =
                    digits < 0
                    ? (number / scale).rounded(.towardZero) * scale
                    : (number * scale).rounded(.towardZero) / scale
                return digits <= 0 && value.magnitude < 9e18 ? .integer(Int64(value)) : .double(value)
            },
            // SQLite's give a number with a point even for whole ones.
            function("floor", 1...1) { whole($0[0], .down) },
            function("ceil", 1...1) { whole($0[0], .up) },
            function("mod", 2...2) { arguments in
                if case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] {
                    return right == 0 ? .null : .integer(right == -1 ? 0 : left % right)
                }
                guard let left = arguments[0].number, let right = arguments[1].number, right != 0 else { return .null }
                return .double(left.truncatingRemainder(dividingBy: right))
            },
            function("rand", 0...0, isDeterministic: false) { _ in .double(Double.random(in: 0..<1)) },
        ]
    }

    private static func whole(_ value: SQLValue, _ rule: FloatingPointRoundingRule) -> SQLValue {
        if case .integer = value { return value }
        guard let number = value.number else { return .null }
        return Int64(exactly: number.rounded(rule)).map { .integer($0) } ?? .double(number.rounded(rule))
    }

    /// NULL if any value is.
    private static func extreme(_ values: [SQLValue], _ isBetter: (SQLValue, SQLValue) -> Bool) -> SQLValue {
        guard let first = values.first, !values.contains(.null) else { return .null }
        return values.dropFirst().reduce(first) { isBetter($1, $0) ? $1 : $0 }
    }

    private static func isEqual(_ left: SQLValue, _ right: SQLValue) -> Bool {
        if left == .null || right == .null { return false }
        return !isLess(left, right) && !isLess(right, left)
    }

    /// Two texts are compared as texts without regard to case, anything else as numbers.
    private static func isLess(_ left: SQLValue, _ right: SQLValue) -> Bool {
        if case .text(let left) = left, case .text(let right) = right {
            return left.asciiLowercased < right.asciiLowercased
        }
        return (left.number ?? 0) < (right.number ?? 0)
    }

    private static func function(
        _ name: String,
        _ arity: ClosedRange<Int>,
        isDeterministic: Bool = true,
        _ body: @escaping ([SQLValue]) throws(SQLiteFunction.Failure) -> SQLValue
    ) -> SQLiteFunction {
        SQLiteFunction(name: name, arity: arity, isDeterministic: isDeterministic, body: body)
    }
}
