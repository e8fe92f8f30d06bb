import MySQLWire
import QueryRouting

/// Functions of numbers.
enum NumberCalls {
    static let all: [String: FunctionSpecification] = {
        var all = rounding.merging(others) { first, _ in first }
        for name in ["sqrt", "exp", "ln", "log2", "log10"] { all[name] = .double(name) }
        all["ceil"] = all["ceiling"]
        all["power"] = all["pow"]
        return all
    }()

    private static let rounding: [String: FunctionSpecification] = [
        "round": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let (value, type) = (arguments[0], arguments[0].type)
            let digits = arguments.count == 2 ? writer.integer(arguments[1]) : "0"
            let scale = Int(digits.filter { $0 != "(" && $0 != ")" })
            switch type.kind {
            case .null: return Fragment("NULL", ValueType(kind: .double, length: 17))
            case .integer, .bytes:
                return Fragment("my_round(\(writer.number(value)), min(\(digits), 0))", whole(type))
            case .decimal:
                guard let scale else { throw notLiteral }
                let kept = max(0, min(scale, type.decimals))
                // One digit more before the point: 9.9 becomes 10.
                let result = ValueType.decimal(
                    precision: type.precision - type.decimals + kept + (kept < type.decimals ? 1 : 0),
                    scale: kept
                )
                let sql = writer.rescaled(value, to: min(scale, type.decimals), .halfUp)
                return Fragment(sql, result.nullable(type.isNullable))
            default:
                return Fragment("my_round_double(\(writer.number(value)), \(digits))", double(scale, type))
            }
        },
        "truncate": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let (value, type) = (arguments[0], arguments[0].type)
            let digits = writer.integer(arguments[1])
            let scale = Int(digits.filter { $0 != "(" && $0 != ")" })
            switch type.kind {
            case .integer, .bytes, .null:
                return Fragment("my_truncate(\(writer.number(value)), \(digits))", whole(type))
            case .decimal:
                guard let scale else { throw notLiteral }
                let kept = max(0, min(scale, type.decimals))
                return Fragment(
                    writer.rescaled(rounded(value, writer), to: min(scale, type.decimals), .towardZero),
                    ValueType.decimal(precision: type.precision - type.decimals + kept, scale: kept)
                        .nullable(type.isNullable)
                )
            default: return Fragment("my_truncate(\(writer.number(value)), \(digits))", double(scale, type))
            }
        },
        "floor": toWhole("floor", .down),
        "ceiling": toWhole("ceil", .up),
    ]

    private static let notLiteral = SQLError.unsupported("decimals rounded to a computed place on cluster_schema")

    /// A decimal with the digits that it shows.
    private static func rounded(_ value: Fragment, _ writer: StatementWriter) -> Fragment {
        Fragment(writer.exact(value), value.type)
    }

    private static func whole(_ type: ValueType) -> ValueType {
        var type = type
        if type.kind != .integer { type = ValueType.bigInteger.nullable(type.isNullable) }
        type.isBoolean = false
        return type
    }

    private static func double(_ scale: Int?, _ type: ValueType) -> ValueType {
        var result = ValueType.double.nullable(type.isNullable)
        if let scale {
            result.decimals = max(0, min(30, scale))
            result.length = 17 + (scale > 0 ? min(30, scale) : 0)
        }
        return result
    }

    private static func toWhole(_ function: String, _ rule: ScaledDecimal.Rounding) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let type = arguments[0].type
            switch type.kind {
            case .integer: return Fragment(arguments[0].sql, whole(type), binding: arguments[0].binding)
            case .decimal:
                let digits = type.precision - type.decimals + 1
                let sql = writer.rescaled(rounded(arguments[0], writer), to: 0, rule)
                if digits > 18 {
                    return Fragment(sql, ValueType.decimal(precision: digits, scale: 0).nullable(type.isNullable))
                }
                return Fragment(sql, ValueType.integer(digits + 1, isBig: digits > 9).nullable(type.isNullable))
            default:
                var result = ValueType.double.nullable(type.isNullable)
                result.decimals = 0
                result.length = 17
                return Fragment("my_\(function)(\(writer.number(arguments[0])))", result)
            }
        }
    }

    private static let others: [String: FunctionSpecification] = [
        "abs": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            var type = value.type
            if type.isText { type = ValueType.double.nullable(type.isNullable) }
            if type.kind == .integer {
                type.isBig = type.length > 9
                type.isBoolean = false
            }
            guard type.kind == .decimal else { return Fragment("abs(\(writer.number(value)))", type) }
            var fragment = Fragment("abs(\(value.sql))", type, needsRounding: value.needsRounding)
            fragment.digits = value.digits
            return fragment
        },
        "sign": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            let sql = "sign(\(value.type.kind == .decimal ? value.sql : writer.number(value)))"
            return Fragment(sql, ValueType.integer(2).nullable(arguments.areNullable))
        },
        "mod": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let type = TypeRules.arithmetic(.remainder, arguments[0].type, arguments[1].type)
            if let exact = try writer.exactArithmetic(.remainder, arguments[0], arguments[1], type) { return exact }
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("my_mod(\(list))", type)
        },
        "pow": .double("pow", 2...2),
        "log": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("\(arguments.count == 2 ? "log" : "ln")(\(list))", .double)
        },
        "rand": FunctionSpecification(0...1) { _, arguments throws(SQLError) in
            guard arguments.isEmpty else { throw .unsupported("RAND() with a seed on cluster_schema") }
            return Fragment("my_rand()", ValueType.double.nullable(false))
        },
    ]
}
