import MySQLWire
import QueryRouting

/// Functions that choose among their arguments.
enum ControlCalls {
    static let all: [String: FunctionSpecification] = [
        "if": FunctionSpecification(3...3) { writer, arguments throws(SQLError) in
            let type = TypeRules.common([arguments[1].type, arguments[2].type])
            let values = arguments.dropFirst().map { writer.value($0, as: type) }.joined(separator: ", ")
            return Fragment("iif(\(writer.truth(arguments[0])), \(values))", type)
        },
        "ifnull": firstKnown(2...2),
        "nvl": firstKnown(2...2),
        "coalesce": firstKnown(1...127),
        "nullif": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let isEqual = writer.compare(.equal, arguments[0], arguments[1]).sql
            var type = arguments[0].type.nullable(true)
            type.isBoolean = false
            return Fragment("iif(\(isEqual), NULL, \(writer.exact(arguments[0])))", type)
        },
        "isnull": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("\(writer.exactOperand(arguments[0])) IS NULL", .boolean, binding: .loose)
        },
        "greatest": extreme(.greater),
        "least": extreme(.less),
        "field": FunctionSpecification(2...127) { writer, arguments throws(SQLError) in
            // All texts are compared as texts, all else as numbers.
            let areTexts = arguments.allSatisfy { $0.type.isText || $0.type.kind == .null }
            var sql = "CASE"
            for (index, argument) in arguments.dropFirst().enumerated() {
                let (left, right) =
                    areTexts ? (arguments[0], argument) : (number(arguments[0], writer), number(argument, writer))
                sql += " WHEN \(writer.compare(.equal, left, right).sql) THEN \(index + 1)"
            }
            return Fragment(sql + " ELSE 0 END", ValueType.integer(3).nullable(false))
        },
    ]

    private static func number(_ fragment: Fragment, _ writer: StatementWriter) -> Fragment {
        fragment.type.isNumber || fragment.type.kind == .null
            ? fragment
            : Fragment(writer.number(fragment), ValueType.double.nullable(fragment.type.isNullable))
    }

    private static func firstKnown(_ arity: ClosedRange<Int>) -> FunctionSpecification {
        FunctionSpecification(arity) { writer, arguments throws(SQLError) in
            var type = TypeRules.common(arguments.map(\.type))
            type.isNullable = arguments.allSatisfy { $0.type.isNullable || $0.type.kind == .null }
            guard arguments.count > 1 else {
                return Fragment(writer.value(arguments[0], as: type), type, binding: .loose)
            }
            let values = arguments.map { writer.value($0, as: type) }.joined(separator: ", ")
            return Fragment("coalesce(\(values))", type)
        }
    }

    private static func extreme(_ comparison: Comparison) -> FunctionSpecification {
        FunctionSpecification(2...30) { writer, arguments throws(SQLError) in
            var type = TypeRules.common(arguments.map(\.type))
            type.isNullable = arguments.areNullable
            if type.kind == .text, arguments.contains(where: { $0.type.isNumber }) {
                type = .double.nullable(type.isNullable)
            }
            let areTexts = type.isText
            // SQLite's min and max of several arguments are NULL if one is, and use the collation of the first.
            let function = comparison == .greater ? "max" : "min"
            let values = arguments.enumerated().map { index, argument in
                writer.value(argument, as: type) + (areTexts && index == 0 ? " COLLATE NOCASE" : "")
            }
            return Fragment("\(function)(\(values.joined(separator: ", ")))", type)
        }
    }
}
