/// One operation of exact arithmetic, as a number in a call.
struct FoldStep {
    /// What a result that is a whole number is checked against.
    enum Check: Int {
        case none
        case unsigned
        case signed
    }

    private static let operations: [BinaryOperator] = [.add, .subtract, .multiply, .divide, .wholeDivide, .remainder]

    private let operation: BinaryOperator
    private let check: Check
    /// Of a quotient: digits behind the point.
    private let scale: Int

    init(_ operation: BinaryOperator, check: Check = .none, scale: Int = 0) {
        self.operation = operation
        self.check = check
        self.scale = scale
    }

    var code: Int { (Self.operations.firstIndex(of: operation) ?? 0) + check.rawValue * 10 + scale * 100 }

    /// Nil for what is no code.
    init?(code: Int) {
        guard (0..<10_000).contains(code), Self.operations.indices.contains(code % 10),
            let check = Check(rawValue: code / 10 % 10)
        else { return nil }
        self.init(Self.operations[code % 10], check: check, scale: code / 100)
    }

    /// - Returns: nil for a division by zero, which is NULL.
    /// - Throws: error 1690 for what is out of range.
    func apply(_ left: Decimal, _ right: Decimal) throws(SQLiteFunction.Failure) -> Decimal? {
        let result: Decimal? =
            switch operation {
            case .add: left + right
            case .subtract: left - right
            case .multiply: left * right
            case .divide: left.divided(by: right, scale: scale)
            case .wholeDivide: left.divided(by: right, scale: 0)
            default: left.remainder(by: right)
            }
        guard let result else { return nil }
        switch check {
        case .none:
            guard result.wholeDigits <= Decimal.maximumDigits else { throw DecimalFunctions.outOfRange("DECIMAL") }
        case .unsigned:
            guard result.unsigned != nil else { throw DecimalFunctions.outOfRange("BIGINT UNSIGNED") }
        case .signed:
            let whole = Decimal(result.signed)
            guard !(whole < result), !(result < whole) else { throw DecimalFunctions.outOfRange("BIGINT") }
        }
        return result
    }

    func apply(_ left: Int64, _ right: Int64) throws(SQLiteFunction.Failure) -> Int64 {
        let (result, overflow) =
            switch operation {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            default: left.multipliedReportingOverflow(by: right)
            }
        guard !overflow, check != .unsigned || result >= 0 else {
            throw DecimalFunctions.outOfRange(check == .unsigned ? "BIGINT UNSIGNED" : "BIGINT")
        }
        return result
    }
}
