// Decimals, and whole numbers beyond 63 bits, which are decimals in SQLite.
extension StatementWriter {
    /// As a decimal.
    func decimal(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .null: return "NULL"
        case .decimal: return fragment.sql
        case .integer: return fragment.type.isWide ? fragment.sql : "my_exact(\(fragment.sql))"
        case .time where fragment.type.decimals > 0, .dateTime where fragment.type.decimals > 0:
            return "my_exact(my_digits_text(\(fragment.sql)))"
        case .bytes:
            guard let number = Self.number(ofLiteral: fragment) else { return "my_exact(\(number(fragment)))" }
            return Self.literal(Decimal(number))
        default: return "my_exact(\(number(fragment)))"
        }
    }

    static func literal(_ number: Decimal) -> String { LiteralBytes.literal(number.bytes) }

    /// The number that a hexadecimal or bit literal is; nil for anything else.
    static func number(ofLiteral fragment: Fragment) -> UInt64? {
        guard fragment.literalText != nil, fragment.type.kind == .bytes, fragment.type.isUnsigned,
            let bytes = LiteralBytes.hexadecimal(Array(fragment.sql.utf8.dropFirst(2).dropLast()))
        else { return nil }
        return LiteralBytes.number(bytes)
    }

    // MARK: Arithmetic

    /// `+ - * / DIV %` of whole numbers and decimals; nil where SQLite's own operators do.
    func exactArithmetic(
        _ operation: BinaryOperator,
        _ left: Fragment,
        _ right: Fragment,
        _ type: ValueType
    ) -> Fragment? {
        guard type.kind == .decimal || type.kind == .integer else { return nil }
        let isWhole = type.kind == .integer
        let fits = type.precision <= 18
        if isWhole, !left.type.isExact, !right.type.isExact {
            switch operation {
            // DIV and % give no greater numbers.
            case .add where fits, .multiply where fits, .wholeDivide, .remainder: return nil
            case .subtract where fits && !type.isUnsigned: return nil
            case .add where !type.isUnsigned, .subtract where fits || !type.isUnsigned,
                .multiply where !type.isUnsigned:
                let step = FoldStep(operation, check: type.isUnsigned ? .unsigned : .signed)
                return fold("my_whole", left, integer(left), step, integer(right), type)
            default: break
            }
        }
        let (scale, other) = (digits(of: left), digits(of: right))
        var scaleOfResult = max(scale, other)
        if operation == .multiply { scaleOfResult = min(Decimal.maximumScale, scale + other) }
        if operation == .divide { scaleOfResult = Decimal.quotientScale(scale, other) }
        let step = FoldStep(
            operation,
            check: !isWhole ? .none : type.isUnsigned ? .unsigned : .signed,
            scale: operation == .divide ? scaleOfResult : 0
        )
        let isWide = isWhole && type.isUnsigned
        var fragment = fold("my_fold", left, decimal(left), step, decimal(right), type.wide(isWide))
        if isWhole {
            return isWide ? fragment : Fragment("my_exact_integer(\(fragment.sql))", type)
        }
        fragment.needsRounding = scaleOfResult > type.decimals
        fragment.digits = scaleOfResult
        return fragment
    }

    /// A chain such as `a + b - c` is one call: SQLite takes few calls within each other.
    private func fold(
        _ function: String,
        _ left: Fragment,
        _ start: String,
        _ step: FoldStep,
        _ right: String,
        _ type: ValueType
    ) -> Fragment {
        var chain = [start]
        if let known = left.chain, known.function == function, known.arguments.count < Self.maximumChain {
            chain = known.arguments
        }
        chain += [String(step.code), right]
        var fragment = Fragment("\(function)(\(chain.joined(separator: ", ")))", type)
        fragment.chain = (function, chain)
        return fragment
    }

    /// How many arguments a call may have, but for a few.
    private static let maximumChain = 100

    /// How many digits behind the point the value has while it is computed with.
    private func digits(of fragment: Fragment) -> Int { fragment.digits ?? fragment.type.scale }

    /// Of CAST AS UNSIGNED: 64 bits, unless the value shows that it needs less.
    func unsignedType(of fragment: Fragment) -> ValueType {
        var length = 20
        switch fragment.type.kind {
        case .integer where fragment.type.isUnsigned || Int64(fragment.sql) != nil: length = fragment.type.length
        case .null: length = 1
        case .bytes: length = fragment.type.precision
        case .text where fragment.type.length < 10:
            if fragment.literalText?.hasPrefix("-") == false { length = max(1, fragment.type.length) }
        default: break
        }
        return ValueType(kind: .integer, length: length, isUnsigned: true, isBig: length > 10, isWide: true)
    }

    /// As a whole number without a sign: of a negative one its 64 bits.
    func unsigned(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer where fragment.type.isWide: fragment.sql
        case .integer where fragment.type.isUnsigned: "my_exact(\(fragment.sql))"
        case .integer: "my_of_bits(\(fragment.sql))"
        // A negative number becomes 0, a text's is taken by its bits.
        case .decimal, .double: "my_cast_unsigned(\(fragment.sql))"
        case .text, .json: "my_of_bits(my_bits(my_integer_text(\(fragment.sql))))"
        default: "my_of_bits(\(integer(fragment)))"
        }
    }

    /// The 64 bits that bit operations work on.
    func bits(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer where !fragment.type.isWide, .null: fragment.sql
        case .text, .json: "my_bits(my_integer_text(\(fragment.sql)))"
        default: "my_bits(\(decimal(fragment)))"
        }
    }

    // MARK: Aggregates

    func exactSum(_ value: Fragment, _ distinct: String, _ over: String) -> Fragment {
        let argument = value.type.isNumber ? value.sql : decimal(value)
        let type = ValueType.decimal(precision: value.type.precision + 22, scale: value.type.scale)
        var fragment = Fragment("my_sum(\(distinct)\(argument))\(over)", type)
        fragment.digits = value.digits
        fragment.needsRounding = value.needsRounding
        return fragment
    }

    func exactAverage(_ value: Fragment, _ distinct: String, _ over: String) -> Fragment {
        let sum = exactSum(value, distinct, over)
        let scale = Decimal.quotientScale(digits(of: value), 0)
        let count = "count(\(distinct)\(value.type.isNumber ? value.sql : decimal(value)))\(over)"
        let type = ValueType.decimal(precision: value.type.precision + 4, scale: value.type.scale + 4)
        var fragment = Fragment(
            "my_fold(\(sum.sql), \(FoldStep(.divide, scale: scale).code), \(count))",
            type,
            needsRounding: true
        )
        fragment.digits = scale
        return fragment
    }
}
