/// The two logarithms that the protocol needs, without a mathematics library.
enum Logarithm {
    /// ⌈log10(value)⌉; 0 for anything below 2.
    static func ceilingOfLog10(_ value: Int) -> Int {
        var digits = 0
        var power = 1
        while power < value {
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            digits += 1
            if overflow { break }
            power = next
        }
        return digits
    }

    /// log2(value) to 16 binary places; 0 for anything below 1. For logarithms to other bases, divide two of them.
    static func base2(_ value: Double) -> Double {
        guard value.isFinite, value > 1 else { return 0 }
        var result = Double(value.exponent)
        var mantissa = value.significand
        var place = 0.5
        for _ in 0..<16 {
            mantissa *= mantissa
            if mantissa >= 2 {
                mantissa /= 2
                result += place
            }
            place /= 2
        }
        return result
    }
}
