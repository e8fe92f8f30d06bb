/// Reads dates and times as MySQL does: any marks between the parts, short years, missing parts at the end.
enum TemporalText {
    /// The canonical DATE of a text; nil if it is none.
    static func date(_ text: String) -> String? { dateTime(text)?.value.dateText }

    /// - Parameter fraction: digits of the second's fraction; nil for as many as the text has.
    static func dateTime(_ text: String, fraction: Int?) -> String? {
        dateTime(text).map { $0.value.text(fraction: fraction ?? $0.digits) }
    }

    static func time(_ text: String, fraction: Int?) -> String? {
        time(text).map { $0.value.text(fraction: fraction ?? $0.digits) }
    }

    /// - Returns: the value, and how many digits of the second's fraction were given.
    static func dateTime(_ text: String) -> (value: CalendarTime, digits: Int)? {
        var scanner = Scanner(text)
        scanner.skipSpaces()
        let first = scanner.digits(atMost: 14)
        guard !first.isEmpty else { return nil }
        let mark = scanner.peek
        if first.count <= 4, let mark, mark != 0x20, mark != UInt8(ascii: "T") {
            return separated(first, &scanner)
        }
        return compact(first, &scanner)
    }

    private static func separated(_ first: ArraySlice<UInt8>, _ start: inout Scanner) -> (CalendarTime, Int)? {
        var scanner = start
        guard scanner.skipMarks(), let month = number(scanner.digits(atMost: 2)), scanner.skipMarks(),
            let day = number(scanner.digits(atMost: 2)), let year = number(first)
        else { return nil }
        var value = CalendarTime(year: first.count <= 2 ? century(year) : year, month: month, day: day)
        guard value.isValid else { return nil }
        var digits = 0
        if scanner.skipDateSeparator() {
            guard let clock = clock(&scanner) else { return nil }
            value.microseconds = clock.microseconds
            digits = clock.digits
        }
        return (value, digits)
    }

    /// `YYMMDD`, `YYYYMMDD`, `YYMMDDhhmmss`, `YYYYMMDDhhmmss`.
    private static func compact(_ first: ArraySlice<UInt8>, _ scanner: inout Scanner) -> (CalendarTime, Int)? {
        var parts = first
        func take(_ count: Int) -> Int? {
            guard parts.count >= count else { return nil }
            defer { parts = parts.dropFirst(count) }
            return number(parts.prefix(count))
        }
        let hasCentury = first.count == 8 || first.count == 14
        guard [6, 8, 12, 14].contains(first.count), let year = take(hasCentury ? 4 : 2), let month = take(2),
            let day = take(2)
        else { return nil }
        var value = CalendarTime(year: hasCentury ? year : century(year), month: month, day: day)
        guard value.isValid else { return nil }
        var digits = 0
        if parts.count == 6, let hour = take(2), let minute = take(2), let second = take(2) {
            guard hour < 24, minute < 60, second < 60 else { return nil }
            value.microseconds = Int64(hour * 3600 + minute * 60 + second) * 1_000_000
            if let fraction = scanner.fraction() {
                value.microseconds += fraction.microseconds
                digits = fraction.digits
            }
        } else if scanner.skipDateSeparator() {
            guard let clock = clock(&scanner) else { return nil }
            value.microseconds = clock.microseconds
            digits = clock.digits
        }
        return (value, digits)
    }

    /// `hh[:mm[:ss[.f]]]`.
    private static func clock(_ scanner: inout Scanner) -> (microseconds: Int64, digits: Int)? {
        guard let hour = number(scanner.digits(atMost: 2)), hour < 24 else { return nil }
        var minute = 0
        var second = 0
        var fraction: (microseconds: Int64, digits: Int) = (0, 0)
        if scanner.skip(UInt8(ascii: ":")) {
            guard let value = number(scanner.digits(atMost: 2)), value < 60 else { return nil }
            minute = value
            if scanner.skip(UInt8(ascii: ":")) {
                guard let value = number(scanner.digits(atMost: 2)), value < 60 else { return nil }
                second = value
                fraction = scanner.fraction() ?? (0, 0)
            }
        }
        return (Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction.microseconds, fraction.digits)
    }

    /// `[-][D ]hh:mm[:ss[.f]]`, `hhmmss`, or the time of a date and time.
    static func time(_ text: String) -> (value: ClockTime, digits: Int)? {
        var scanner = Scanner(text)
        scanner.skipSpaces()
        let isNegative = scanner.skip(UInt8(ascii: "-"))
        let first = scanner.digits(atMost: 14)
        guard !first.isEmpty, let number = number(first) else { return nil }
        if let mark = scanner.peek, mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || first.count >= 12 {
            return dateTime(text).map { (ClockTime(microseconds: $0.value.microseconds), $0.digits) }
        }
        var total: Int64
        var fraction: (microseconds: Int64, digits: Int) = (0, 0)
        if scanner.peek == 0x20, number <= 34, let next = scanner.peekBehindSpaces, next >= 0x30, next <= 0x39 {
            scanner.skipSpaces()
            guard let rest = hours(&scanner, from: nil) else { return nil }
            total = Int64(number) * CalendarTime.dayMicroseconds + rest.microseconds
            fraction = (0, rest.digits)
        } else if scanner.peek == UInt8(ascii: ":") {
            guard let rest = hours(&scanner, from: number) else { return nil }
            total = rest.microseconds
            fraction = (0, rest.digits)
        } else {
            guard number % 100 < 60, number / 100 % 100 < 60, number < 100_000_000 else { return nil }
            total = Int64(number / 10_000 * 3600 + number / 100 % 100 * 60 + number % 100) * 1_000_000
            fraction = scanner.fraction() ?? (0, 0)
            total += fraction.microseconds
        }
        if isNegative { total = -total }
        return (ClockTime(clamping: total), fraction.digits)
    }

    private static func hours(_ scanner: inout Scanner, from first: Int?) -> (microseconds: Int64, digits: Int)? {
        guard let hour = first ?? number(scanner.digits(atMost: 4)), hour <= 100_000 else { return nil }
        var seconds = Int64(hour) * 3600
        var fraction: (microseconds: Int64, digits: Int) = (0, 0)
        if scanner.skip(UInt8(ascii: ":")) {
            guard let minute = number(scanner.digits(atMost: 2)), minute < 60 else { return nil }
            seconds += Int64(minute) * 60
            if scanner.skip(UInt8(ascii: ":")) {
                guard let second = number(scanner.digits(atMost: 2)), second < 60 else { return nil }
                seconds += Int64(second)
                fraction = scanner.fraction() ?? (0, 0)
            }
        }
        return (seconds * 1_000_000 + fraction.microseconds, fraction.digits)
    }

    /// Years of two digits: 70 to 99 are of the last century.
    static func century(_ year: Int) -> Int { year < 70 ? 2000 + year : year < 100 ? 1900 + year : year }

    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 14 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Walks over the bytes of a text.
    struct Scanner {
        private let bytes: [UInt8]
        private var index = 0

        init(_ text: String) {
            bytes = Array(text.utf8.prefix(80))
        }

        var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

        var peekBehindSpaces: UInt8? { bytes[index...].first { $0 != 0x20 } }

        mutating func skipSpaces() { while peek == 0x20 || peek == 0x09 || peek == 0x0a { index += 1 } }

        mutating func skip(_ byte: UInt8) -> Bool {
            guard peek == byte else { return false }
            index += 1
            return true
        }

        mutating func digits(atMost count: Int) -> ArraySlice<UInt8> {
            let start = index
            while index - start < count, let byte = peek, byte >= 0x30, byte <= 0x39 { index += 1 }
            return bytes[start..<index]
        }

        /// One mark of any kind between two parts of a date.
        mutating func skipMarks() -> Bool {
            guard let byte = peek, !(0x30...0x39).contains(byte), byte > 0x20, byte < 0x80,
                !(0x41...0x5a).contains(byte & 0xdf)
            else { return false }
            index += 1
            return true
        }

        /// `T` or spaces between a date and a time.
        mutating func skipDateSeparator() -> Bool {
            let start = index
            if peek == UInt8(ascii: "T") { index += 1 } else { skipSpaces() }
            if index > start, let byte = peek, byte >= 0x30, byte <= 0x39 { return true }
            index = start
            return false
        }

        /// `.ffffff`; what is beyond microseconds is left out.
        mutating func fraction() -> (microseconds: Int64, digits: Int)? {
            guard skip(UInt8(ascii: ".")) else { return nil }
            let digits = digits(atMost: 6)
            var value = Int64(TemporalText.number(digits) ?? 0)
            for _ in digits.count..<6 { value *= 10 }
            return (value, digits.count)
        }
    }
}
