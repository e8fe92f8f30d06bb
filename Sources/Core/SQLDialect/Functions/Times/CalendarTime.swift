package import ClusterModel

/// A DATE or DATETIME as MySQL has it: month and day may be 0.
package struct CalendarTime: Hashable {
    var year = 0
    var month = 0
    var day = 0
    /// Microseconds since midnight.
    var microseconds: Int64 = 0

    static let dayMicroseconds: Int64 = 86_400_000_000

    init(year: Int, month: Int, day: Int, microseconds: Int64 = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.microseconds = microseconds
    }

    /// Nil before the year 1 and after 9999.
    init?(microsecondsSince1970 microseconds: Int64) {
        let (day, inDay) = Self.floorDivide(microseconds, Self.dayMicroseconds)
        self.init(daysSince1970: Int(day))
        self.microseconds = inDay
    }

    /// Nil before the year 1 and after 9999.
    init?(daysSince1970 days: Int) {
        // From 0001-01-01 to 9999-12-31.
        guard (-719_162...2_932_896).contains(days) else { return nil }
        // Eras of 400 years that begin on 1 March, so that the leap day comes last in its year.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Nil for a date with a part of 0.
    var daysSince1970: Int? {
        guard month > 0, day > 0 else { return nil }
        return Self.days(year: year, month: month, day: day)
    }

    /// Nil for a date with a part of 0.
    var microsecondsSince1970: Int64? { daysSince1970.map { Int64($0) * Self.dayMicroseconds + microseconds } }

    /// Eras of 400 years that begin on 1 March, as above.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    var isValid: Bool {
        (0...9999).contains(year) && (0...12).contains(month) && (0...31).contains(day)
            && (month == 0 || day <= Self.days(inMonth: month, of: year))
    }

    /// Counted from 1.
    var dayOfYear: Int? {
        guard let days = daysSince1970 else { return nil }
        return days - Self.days(year: year, month: 1, day: 1) + 1
    }

    /// 0 for Monday; 1970-01-01 was a Thursday.
    var weekday: Int? { daysSince1970.map { (($0 + 3) % 7 + 7) % 7 } }

    /// Moved by whole months; a day beyond the month's end becomes its last. Nil before year 0 and after 9999.
    func addingMonths(_ count: Int64) -> CalendarTime? {
        let (total, overflow) = (Int64(year) * 12 + Int64(month) - 1).addingReportingOverflow(count)
        guard !overflow, month > 0, (0..<120_000).contains(total) else { return nil }
        var moved = self
        moved.year = Int(total / 12)
        moved.month = Int(total % 12) + 1
        moved.day = min(day, Self.days(inMonth: moved.month, of: moved.year))
        return moved
    }

    func adding(microseconds count: Int64) -> CalendarTime? {
        guard let start = microsecondsSince1970 else { return nil }
        let (sum, overflow) = start.addingReportingOverflow(count)
        return overflow ? nil : CalendarTime(microsecondsSince1970: sum)
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    // MARK: Text

    var dateText: String { "\(Digits.padded(year, 4))-\(Digits.padded(month, 2))-\(Digits.padded(day, 2))" }

    /// As a DATETIME in UTC; of times before the year 1 and after 9999 the nearest that there is.
    ///
    /// - Parameter fraction: digits of the second's fraction, 0 to 6.
    package static func text(of time: WallTime, fraction: Int) -> String {
        let nearest = min(253_402_300_799_999_999, max(-62_135_596_800_000_000, time.microsecondsSince1970))
        return CalendarTime(microsecondsSince1970: nearest)?.text(fraction: fraction) ?? ""
    }

    /// - Parameter fraction: digits of the second's fraction, 0 to 6.
    func text(fraction: Int) -> String {
        dateText + " " + ClockTime(microseconds: microseconds).text(fraction: fraction)
    }
}

enum Digits {
    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
