import MySQLWire
import QueryRouting

/// Reads dates and times in the forms in which they are shown: `2026-01-31`, `2026-01-31 12:00:00.5`, `-12:30`. The
/// servers take many others too, and numbers; a statement with one of those is for mysqld.
enum TemporalText {
    private static let otherForm = SQLError.unsupported(
        "dates and times in another form than '2026-01-31 12:00:00' on cluster_schema"
    )

    /// Nil for NULL, and for what is no date in any form.
    static func dateTime(_ value: SQLValue) throws(SQLFunction.Failure) -> CalendarTime? {
        try read(value) { text throws(SQLError) in try dateTime(text)?.value }
    }

    /// Nil for NULL, and for what is no time in any form.
    static func time(_ value: SQLValue) throws(SQLFunction.Failure) -> ClockTime? {
        try read(value) { text throws(SQLError) in try time(text)?.value }
    }

    private static func read<Value>(
        _ value: SQLValue,
        _ body: (String) throws(SQLError) -> Value?
    ) throws(SQLFunction.Failure) -> Value? {
        do throws(SQLError) {
            switch value {
            case .null: return nil
            case .text, .blob: return try body(value.text ?? "")
            case .integer, .unsigned, .decimal, .double: throw otherForm
            }
        } catch {
            throw SQLFunction.Failure(error)
        }
    }

    /// How many digits of the second's fraction a text has.
    static func digits(_ text: String) throws(SQLError) -> Int { try time(text)?.digits ?? 0 }

    /// - Returns: the value, and how many digits of the second's fraction were given; nil for what is no date.
    static func dateTime(_ text: String) throws(SQLError) -> (value: CalendarTime, digits: Int)? {
        var scanner = Scanner(text)
        guard scanner.isAtDigit else { return nil }
        let start = scanner
        guard let year = scanner.number(4), start.digitCount == 4, scanner.skip("-"), let month = scanner.number(2),
            scanner.skip("-"), let day = scanner.number(2), !scanner.isAtDigit
        else { throw otherForm }
        var value = CalendarTime(year: year, month: month, day: day)
        guard value.isValid else { return nil }
        if !scanner.skip("T") { scanner.skipSpaces() }
        guard scanner.isAtDigit else { return (value, 0) }
        guard let hour = scanner.number(2), hour < 24, let clock = scanner.clock(from: hour) else { return nil }
        value.microseconds = clock.microseconds
        return (value, clock.digits)
    }

    /// `[-]h:mm[:ss[.f]]`, or the time of a date and time.
    static func time(_ text: String) throws(SQLError) -> (value: ClockTime, digits: Int)? {
        var scanner = Scanner(text)
        let isNegative = scanner.skip("-")
        guard scanner.isAtDigit else { return nil }
        let start = scanner
        guard let hours = scanner.number(5), scanner.next == UInt8(ascii: ":") else {
            guard !isNegative else { throw otherForm }
            return try dateTime(text).map { (ClockTime(microseconds: $0.value.microseconds), $0.digits) }
        }
        guard start.digitCount <= 5, let clock = scanner.clock(from: hours) else { return nil }
        return (ClockTime(clamping: isNegative ? -clock.microseconds : clock.microseconds), clock.digits)
    }

    /// Walks over the bytes of a text.
    private struct Scanner {
        private var rest: ArraySlice<UInt8>

        init(_ text: String) {
            rest = Array(text.utf8.prefix(80))[...]
            skipSpaces()
        }

        var next: UInt8? { rest.first }

        var isAtDigit: Bool { rest.first.map { (0x30...0x39).contains($0) } ?? false }

        var digitCount: Int { rest.prefix { (0x30...0x39).contains($0) }.count }

        mutating func skipSpaces() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a } }

        mutating func skip(_ mark: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: mark) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func number(_ maximumDigits: Int) -> Int? {
            let digits = rest.prefix(min(maximumDigits, digitCount))
            rest = rest.dropFirst(digits.count)
            return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        /// `[:mm[:ss[.f]]]` behind the hours; what is beyond microseconds is left out.
        mutating func clock(from hours: Int) -> (microseconds: Int64, digits: Int)? {
            var seconds = hours * 3600
            guard skip(":") else { return (Int64(seconds) * 1_000_000, 0) }
            guard let minute = number(2), minute < 60 else { return nil }
            seconds += minute * 60
            guard skip(":") else { return (Int64(seconds) * 1_000_000, 0) }
            guard let second = number(2), second < 60 else { return nil }
            seconds += second
            guard skip(".") else { return (Int64(seconds) * 1_000_000, 0) }
            let digits = min(6, digitCount)
            let fraction = (digits..<6).reduce(number(6) ?? 0) { fraction, _ in fraction * 10 }
            return (Int64(seconds) * 1_000_000 + Int64(fraction), digits)
        }
    }
}
