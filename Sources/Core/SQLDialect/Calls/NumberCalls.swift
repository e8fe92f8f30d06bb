import MySQLWire
import QueryRouting

/// Functions of numbers.
enum NumberCalls {
    static let all: [String: FunctionSpecification] = [
        "round": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let (value, type) = (arguments[0], arguments[0].type)
            guard let digits = Int(arguments.count == 2 ? writer.integer(arguments[1]) : "0"), digits >= 0 else {
                throw .unsupported("ROUND() to tens or to a computed place on cluster_schema")
            }
            switch type.kind {
            case .null: return Fragment("NULL", ValueType(kind: .double, length: 17))
            case .bytes: throw .unsupported("ROUND() of bytes on cluster_schema")
            case .integer: return Fragment(value.sql, whole(type), binding: value.binding)
            case .decimal:
                let kept = min(digits, type.decimals)
                // One digit more before the point: 9.9 becomes 10.
                let result = ValueType.decimal(
                    precision: type.precision - type.decimals + kept + (kept < type.decimals ? 1 : 0),
                    scale: kept
                )
                return Fragment(writer.rescaled(value, to: kept, .halfUp), result.nullable(type.isNullable))
            default:
                return Fragment("my_round(\(writer.number(value)), \(digits))", double(min(30, digits), type))
            }
        },
        "floor": toWhole("floor", .down),
        "ceiling": toWhole("ceil", .up),
        "ceil": toWhole("ceil", .up),
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
        "mod": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            try writer.binary(.remainder, arguments[0], arguments[1])
        },
        "rand": FunctionSpecification(0...1) { _, arguments throws(SQLError) in
            guard arguments.isEmpty else { throw .unsupported("RAND() with a seed on cluster_schema") }
            return Fragment("my_rand()", ValueType.double.nullable(false))
        },
    ]

    private static func whole(_ type: ValueType) -> ValueType {
        var type = type
        type.isBoolean = false
        return type
    }

    private static func double(_ scale: Int, _ type: ValueType) -> ValueType {
        ValueType(kind: .double, length: 17 + scale, decimals: scale, isNullable: type.isNullable)
    }

    private static func toWhole(_ function: String, _ rule: ScaledDecimal.Rounding) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let type = arguments[0].type
            switch type.kind {
            case .integer: return Fragment(arguments[0].sql, whole(type), binding: arguments[0].binding)
            case .decimal:
                let digits = type.precision - type.decimals + 1
                // Of the digits that it shows.
                let sql = writer.rescaled(Fragment(writer.exact(arguments[0]), type), to: 0, rule)
                if digits > 18 {
                    return Fragment(sql, ValueType.decimal(precision: digits, scale: 0).nullable(type.isNullable))
                }
                return Fragment(sql, ValueType.integer(digits + 1, isBig: digits > 9).nullable(type.isNullable))
            default: return Fragment("\(function)(\(writer.number(arguments[0])))", double(0, type))
            }
        }
    }
}
