package import ClusterModel

/// A point in time as a UTC date and time of day.
package struct CivilTime: Hashable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int

    package init(_ time: WallTime) {
        let microseconds = time.microsecondsSince1970
        let (day, inDay) = Self.floorDivide(microseconds, 86_400_000_000)
        let seconds = Int(inDay / 1_000_000)
        (year, month, self.day) = Self.date(daysSince1970: Int(day))
        hour = seconds / 3600
        minute = seconds / 60 % 60
        second = seconds % 60
        microsecond = Int(inDay % 1_000_000)
    }

    /// `YYYY-MM-DD hh:mm:ss`, with a point and so many digits of the second's fraction when there are any.
    package func text(fractionDigits: Int) -> String {
        var text =
            "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2)) "
            + "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
        let digits = min(6, max(0, fractionDigits))
        if digits > 0 { text += "." + Self.padded(microsecond, 6).prefix(digits) }
        return text
    }

    /// Reads `YYYY-MM-DD[ hh:mm:ss[.ffffff]]`; nil for anything else.
    static func microsecondsSince1970(_ text: String) -> Int64? {
        let parts = text.split(separator: text.contains("T") ? "T" : " ", omittingEmptySubsequences: true)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        let date = first.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
            (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var inDay: Int64 = 0
        if parts.count == 2 {
            let halves = parts[1].split(separator: ".", omittingEmptySubsequences: false)
            let time = halves[0].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
            guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
                (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second), halves.count <= 2
            else { return nil }
            inDay = (hour * 3600 + minute * 60 + second) * 1_000_000
            if halves.count == 2 {
                let digits = halves[1].prefix(6)
                guard let fraction = Int64(digits.isEmpty ? "0" : digits), fraction >= 0 else { return nil }
                inDay += (0..<(6 - digits.count)).reduce(fraction) { value, _ in value * 10 }
            }
        }
        return Int64(days(year: year, month: month, day: day)) * 86_400_000_000 + inDay
    }

    // The two conversions count in eras of 400 years of 146,097 days that begin on 1 March, so that the leap day
    // comes last in its year.

    private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
