import MySQLWire

/// Values as dates and times: texts are read, numbers are taken by their digits (`20260131`).
enum TemporalValue {
    static func dateTime(_ value: SQLValue) -> CalendarTime? {
        switch value {
        case .null, .unsigned: nil
        case .integer(let number): dateTime(number: number, fraction: 0)
        case .double(let number):
            number.magnitude < 1e15 ? dateTime(number: Int64(number), fraction: number - number.rounded(.down)) : nil
        case .text, .decimal, .blob: value.text.flatMap { TemporalText.dateTime($0)?.value }
        }
    }

    private static func dateTime(number: Int64, fraction: Double) -> CalendarTime? {
        guard number >= 0 else { return nil }
        if number == 0 { return CalendarTime(year: 0, month: 0, day: 0) }
        let digits = String(number)
        let width = digits.utf8.count <= 6 ? 6 : digits.utf8.count <= 8 ? 8 : digits.utf8.count <= 12 ? 12 : 14
        let padded = String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        guard var value = TemporalText.dateTime(padded)?.value else { return nil }
        value.microseconds += Int64((fraction * 1_000_000).rounded())
        return value
    }

    static func time(_ value: SQLValue) -> ClockTime? {
        switch value {
        case .null, .unsigned: nil
        case .integer(let number): time(number: Double(number))
        case .double(let number): time(number: number)
        case .text, .decimal, .blob: value.text.flatMap { TemporalText.time($0)?.value }
        }
    }

    private static func time(number: Double) -> ClockTime? {
        guard number.magnitude < 1e12 else { return nil }
        let whole = Int64(number.magnitude)
        if whole > 8_385_959 { return ClockTime(microseconds: number < 0 ? -ClockTime.maximum : ClockTime.maximum) }
        guard whole % 100 < 60, whole / 100 % 100 < 60 else { return nil }
        let seconds = whole / 10_000 * 3600 + whole / 100 % 100 * 60 + whole % 100
        let fraction = Int64(((number.magnitude - Double(whole)) * 1_000_000).rounded())
        let total = seconds * 1_000_000 + fraction
        return ClockTime(clamping: number < 0 ? -total : total)
    }
}
