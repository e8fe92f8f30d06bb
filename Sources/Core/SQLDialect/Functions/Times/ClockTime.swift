/// A TIME as MySQL has it: a signed span of up to 838:59:59.999999.
struct ClockTime: Hashable {
    var microseconds: Int64

    static let maximum: Int64 = (838 * 3600 + 59 * 60 + 59) * 1_000_000 + 999_999

    init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Spans beyond the greatest become the greatest.
    init(clamping microseconds: Int64) {
        self.microseconds = min(Self.maximum, max(-Self.maximum, microseconds))
    }

    var hours: Int { Int(microseconds.magnitude / 3_600_000_000) }
    var minutes: Int { Int(microseconds.magnitude / 60_000_000 % 60) }
    var seconds: Int { Int(microseconds.magnitude / 1_000_000 % 60) }
    var fraction: Int { Int(microseconds.magnitude % 1_000_000) }

    /// - Parameter fraction: digits of the second's fraction, 0 to 6.
    func text(fraction digits: Int) -> String {
        let sign = microseconds < 0 ? "-" : ""
        let clock = "\(Digits.padded(hours, 2)):\(Digits.padded(minutes, 2)):\(Digits.padded(seconds, 2))"
        let digits = min(6, max(0, digits))
        return sign + clock + (digits > 0 ? "." + Digits.padded(fraction, 6).prefix(digits) : "")
    }
}
