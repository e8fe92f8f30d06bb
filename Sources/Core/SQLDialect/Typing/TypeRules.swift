/// Which type results where several meet.
enum TypeRules {
    /// Of CASE, IF, COALESCE, UNION and their kin. Nullable if any of them is.
    static func common(_ types: [ValueType]) -> ValueType {
        let isNullable = types.contains { $0.isNullable || $0.kind == .null }
        let known = types.filter { $0.kind != .null }
        guard var result = known.first else { return .null }
        for type in known.dropFirst() { result = common(result, type) }
        result.isNullable = isNullable
        return result
    }

    private static func common(_ left: ValueType, _ right: ValueType) -> ValueType {
        if left.isNumber, right.isNumber { return number(left, right) }
        if left.isTemporal, right.isTemporal { return temporal(left, right) }
        if left.kind == .json, right.kind == .json { return .json(max(left.length, right.length)) }
        if left.kind == .bytes || right.kind == .bytes {
            return ValueType(kind: .bytes, length: max(left.characters, right.characters), collation: .binary)
        }
        var text = ValueType.text(max(left.characters, right.characters))
        if left.isText, left.collation == .binary || right.isText, right.collation == .binary {
            text.collation = .binary
        }
        return text
    }

    private static func number(_ left: ValueType, _ right: ValueType) -> ValueType {
        if left.kind == .double || right.kind == .double { return .double }
        let scale = max(left.scale, right.scale)
        let whole = max(left.precision - left.scale, right.precision - right.scale)
        if left.kind == .decimal || right.kind == .decimal { return .decimal(precision: whole + scale, scale: scale) }
        if left.isUnsigned != right.isUnsigned {
            // No integer holds both an unsigned and a signed one of 64 bits.
            if left.isBig && left.isUnsigned || right.isBig && right.isUnsigned {
                return .decimal(precision: whole, scale: 0)
            }
            return ValueType(kind: .integer, length: whole + 1, isBig: left.isBig || right.isBig || whole > 9)
        }
        return ValueType(
            kind: .integer,
            length: max(left.length, right.length),
            isUnsigned: left.isUnsigned,
            isBig: left.isBig || right.isBig,
            isBoolean: left.isBoolean && right.isBoolean
        )
    }

    private static func temporal(_ left: ValueType, _ right: ValueType) -> ValueType {
        let fraction = max(left.decimals, right.decimals)
        if left.kind == right.kind {
            switch left.kind {
            case .date: return .date
            case .time: return .time(fraction: fraction)
            default: return .dateTime(fraction: fraction)
            }
        }
        return .dateTime(fraction: fraction)
    }

    /// Of an arithmetic operation. Texts count as doubles.
    static func arithmetic(_ operation: BinaryOperator, _ left: ValueType, _ right: ValueType) -> ValueType {
        var result = arithmeticKind(operation, left, right)
        let mayBeNull = [.divide, .wholeDivide, .remainder].contains(operation)
        result.isNullable = left.isNullable || right.isNullable || mayBeNull
        return result
    }

    private static func arithmeticKind(
        _ operation: BinaryOperator,
        _ left: ValueType,
        _ right: ValueType
    ) -> ValueType {
        let isUnsigned = left.isUnsigned || right.isUnsigned
        if operation == .wholeDivide {
            return whole(min(21, left.precision), isUnsigned)
        }
        if isDouble(left) || isDouble(right) { return .double }
        let (scale, otherScale) = (left.scale, right.scale)
        let isWhole = isInteger(left) && isInteger(right)
        switch operation {
        case .divide:
            return .decimal(precision: left.precision + 4 + otherScale, scale: scale + 4)
        case .multiply where !isWhole:
            return .decimal(precision: left.precision + right.precision, scale: scale + otherScale)
        case .remainder where isWhole:
            return whole(max(left.length, right.length), left.isUnsigned)
        case .add where isWhole, .subtract where isWhole, .multiply where isWhole:
            let length =
                operation == .multiply ? left.precision + right.precision : max(left.precision, right.precision)
            return whole(min(21, length + (isUnsigned ? 1 : 2)), isUnsigned)
        default:
            let greatest = max(scale, otherScale)
            let whole = max(left.precision - scale, right.precision - otherScale)
            return .decimal(precision: whole + greatest + 1, scale: greatest)
        }
    }

    private static func whole(_ length: Int, _ isUnsigned: Bool) -> ValueType {
        ValueType(kind: .integer, length: length, isUnsigned: isUnsigned, isBig: length > 9)
    }

    private static func isDouble(_ type: ValueType) -> Bool {
        switch type.kind {
        case .double, .text, .json: true
        default: false
        }
    }

    private static func isInteger(_ type: ValueType) -> Bool { type.isWhole || type.kind == .bytes }
}
