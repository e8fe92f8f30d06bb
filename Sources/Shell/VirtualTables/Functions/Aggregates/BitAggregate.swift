import MySQLWire

/// BIT_AND, BIT_OR and BIT_XOR: how many values have each bit, so that values can leave a window.
final class BitAggregate: WindowState {
    enum Operation {
        case and
        case or
        case xor
    }

    private let operation: Operation
    private var count = 0
    private var counts = [Int](repeating: 0, count: 64)

    init(_ operation: Operation) {
        self.operation = operation
    }

    func step(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) { add(arguments, 1) }

    func inverse(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) { add(arguments, -1) }

    private func add(_ arguments: [SQLValue], _ sign: Int) {
        guard let value = arguments.first?.integer else { return }
        count += sign
        var bits = UInt64(bitPattern: value)
        while bits != 0 {
            counts[bits.trailingZeroBitCount] += sign
            bits &= bits - 1
        }
    }

    func result() throws(SQLiteFunction.Failure) -> SQLValue {
        var bits: UInt64 = 0
        for (place, number) in counts.enumerated() {
            let isSet =
                switch operation {
                case .and: number == count
                case .or: number > 0
                case .xor: !number.isMultiple(of: 2)
                }
            if isSet { bits |= 1 << UInt64(place) }
        }
        return .integer(Int64(bitPattern: bits))
    }
}
