import MySQLWire
import QueryRouting

/// Functions of numbers.
enum NumberCalls {
    static let all: [String: FunctionSpecification] = {
        var all = rounding.merging(others) { first, _ in first }
        for name in ["sqrt", "exp", "ln", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "radians", "degrees"] {
            all[name] = .double(name)
        }
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
            case .integer where type.isWide:
                let sql = "my_exact_round(\(value.sql), min(\(digits), 0))"
                let mayGrow = digits.hasPrefix("-") || digits.hasPrefix("(-")
                guard mayGrow, type.length > 18 else { return Fragment(sql, whole(type)) }
                var result = ValueType.decimal(precision: type.length, scale: 0).nullable(type.isNullable)
                result.isUnsigned = true
                return Fragment(sql, result)
            case .integer, .bytes:
                return Fragment("my_round(\(writer.number(value)), min(\(digits), 0))", whole(type))
            case .decimal:
                let kept = max(0, min(scale ?? type.decimals, type.decimals))
                // One digit more before the point: 9.9 becomes 10.
                let result = ValueType.decimal(
                    precision: type.precision - type.decimals + kept + (kept < type.decimals ? 1 : 0),
                    scale: kept
                )
                return Fragment("my_exact_round(\(value.sql), \(digits))", result.nullable(type.isNullable))
            default:
                return Fragment("my_round_double(\(writer.number(value)), \(digits))", double(scale, type))
            }
        },
        "truncate": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let (value, type) = (arguments[0], arguments[0].type)
            let digits = writer.integer(arguments[1])
            let scale = Int(digits.filter { $0 != "(" && $0 != ")" })
            switch type.kind {
            case .integer where type.isWide:
                return Fragment("my_exact_truncate(\(value.sql), min(\(digits), 0))", whole(type))
            case .integer, .bytes, .null:
                return Fragment("my_truncate(\(writer.number(value)), \(digits))", whole(type))
            case .decimal:
                let kept = max(0, min(scale ?? type.decimals, type.decimals))
                return Fragment(
                    "my_exact_truncate(\(writer.exact(value)), \(digits))",
                    ValueType.decimal(precision: type.precision - type.decimals + kept, scale: kept)
                        .nullable(type.isNullable)
                )
            default: return Fragment("my_truncate(\(writer.number(value)), \(digits))", double(scale, type))
            }
        },
        "floor": toWhole("floor"),
        "ceiling": toWhole("ceil"),
    ]

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

    private static func toWhole(_ function: String) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let type = arguments[0].type
            switch type.kind {
            case .integer: return Fragment(arguments[0].sql, whole(type), binding: arguments[0].binding)
            case .decimal:
                let digits = type.precision - type.decimals + 1
                let sql = "my_exact_\(function)(\(writer.exact(arguments[0])))"
                if digits > 18 {
                    return Fragment(sql, ValueType.decimal(precision: digits, scale: 0).nullable(type.isNullable))
                }
                let result = ValueType.integer(digits + 1, isBig: digits > 9).nullable(type.isNullable)
                return Fragment("my_exact_integer(\(sql))", result)
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
            guard type.isExact else { return Fragment("abs(\(writer.number(value)))", type) }
            var fragment = Fragment("my_exact_abs(\(value.sql))", type, needsRounding: value.needsRounding)
            fragment.digits = value.digits
            return fragment
        },
        "sign": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            let sql = value.type.isExact ? "my_exact_sign(\(value.sql))" : "sign(\(writer.number(value)))"
            return Fragment(sql, ValueType.integer(2).nullable(arguments.areNullable))
        },
        "mod": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let type = TypeRules.arithmetic(.remainder, arguments[0].type, arguments[1].type)
            if let exact = writer.exactArithmetic(.remainder, arguments[0], arguments[1], type) { return exact }
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("my_mod(\(list))", type)
        },
        "pow": .double("pow", 2...2),
        "atan2": .double("atan2", 2...2),
        "atan": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("\(arguments.count == 2 ? "atan2" : "atan")(\(list))", .double)
        },
        "log": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.number($0) }.joined(separator: ", ")
            return Fragment("\(arguments.count == 2 ? "log" : "ln")(\(list))", .double)
        },
        "pi": FunctionSpecification(0...0) { _, _ throws(SQLError) in
            var type = ValueType.double.nullable(false)
            type.decimals = 6
            type.length = 8
            return Fragment("round(pi(), 6)", type)
        },
        "rand": FunctionSpecification(0...1) { writer, arguments throws(SQLError) in
            if let seed = arguments.first {
                let call = seed.isConstant ? writer.newSequence() : -1
                return Fragment(
                    "my_rand_seeded(\(writer.integer(seed)), \(call))",
                    ValueType.double.nullable(seed.type.isNullable)
                )
            }
            return Fragment("my_rand()", ValueType.double.nullable(false))
        },
        "format": FunctionSpecification(2...3) { writer, arguments throws(SQLError) in
            Fragment(
                "my_format(\(arguments[0].type.isExact ? arguments[0].sql : writer.number(arguments[0])), \(writer.integer(arguments[1])))",
                .text(arguments[0].type.characters + 45)
            )
        },
        "inet_aton": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            var type = ValueType.bigInteger
            type.isUnsigned = true
            return Fragment("my_inet_aton(\(writer.text(arguments[0])))", type)
        },
        "inet_ntoa": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_inet_ntoa(\(writer.integer(arguments[0])))", .text(31))
        },
        "conv": FunctionSpecification(3...3) { writer, arguments throws(SQLError) in
            let bases = arguments.dropFirst().map { writer.integer($0) }.joined(separator: ", ")
            return Fragment("my_conv(\(writer.text(arguments[0])), \(bases))", .text(64))
        },
        "bin": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_conv(\(writer.text(arguments[0])), 10, 2)", .text(64))
        },
        "oct": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_conv(\(writer.text(arguments[0])), 10, 8)", .text(64))
        },
    ]
}
