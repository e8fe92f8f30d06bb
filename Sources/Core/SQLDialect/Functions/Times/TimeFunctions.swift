import ClusterModel
import MySQLWire

/// What dates and times become in the translated statement.
enum TimeFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        conversions + clocks(environment) + TimePartFunctions.all + differences + unixTimes(environment) + formats
    }

    // MARK: Conversions

    private static var conversions: [SQLFunction] {
        [
            SQLFunction("my_date", 1...1) { arguments in
                TemporalValue.dateTime(arguments[0]).map { .text($0.dateText) } ?? .null
            },
            SQLFunction("my_datetime", 2...2) { arguments in
                guard let value = TemporalValue.dateTime(arguments[0]) else { return .null }
                return .text(value.text(fraction: fraction(arguments[1])))
            },
            SQLFunction("my_datetime_or_zero", 1...1) { arguments in
                guard arguments[0] != .null else { return .null }
                let value = TemporalValue.dateTime(arguments[0]) ?? CalendarTime(year: 0, month: 0, day: 0)
                return .text(value.text(fraction: 6))
            },
            SQLFunction("my_time", 2...2) { arguments in
                guard let value = TemporalValue.time(arguments[0]) else { return .null }
                return .text(value.text(fraction: fraction(arguments[1])))
            },
            // A date or time as the number of its digits: 20260131235959.
            SQLFunction("my_digits", 1...1) { arguments in
                guard let text = arguments[0].text else { return .null }
                let halves = text.split(separator: ".", maxSplits: 1)
                let sign = text.hasPrefix("-") ? "-" : ""
                let digits = sign + (halves.first ?? "").filter(\.isNumber)
                if halves.count == 2 { return Double("\(digits).\(halves[1])").map { .double($0) } ?? .null }
                return Int64(digits).map { .integer($0) } ?? .null
            },
            // x, amount, unit, 1 or -1, digits of the fraction; the kind of x is in the function's name.
            SQLFunction("my_shift_date", 4...4) { arguments in
                shifted(arguments).map { .text($0.dateText) } ?? .null
            },
            SQLFunction("my_shift_datetime", 5...5) { arguments in
                shifted(arguments).map { .text($0.text(fraction: fraction(arguments[4]))) } ?? .null
            },
            // Of a text: a date stays a date where the unit allows it.
            SQLFunction("my_shift_text", 4...4) { arguments in
                guard let moved = shifted(arguments), let text = arguments[0].text,
                    let unit = TimeUnit(rawValue: arguments[2].text ?? "")
                else { return .null }
                let isDate = !text.contains(":") && !(text.utf8.count >= 12 && !text.contains("-")) && !unit.hasTime
                if isDate { return .text(moved.dateText) }
                return .text(moved.text(fraction: moved.microseconds % 1_000_000 == 0 ? 0 : 6))
            },
            SQLFunction("my_shift_time", 5...5) { arguments in
                guard let time = TemporalValue.time(arguments[0]),
                    let amount = IntervalAmount(arguments[1], unit: arguments[2], sign: arguments[3]),
                    amount.months == 0
                else { return .null }
                let (sum, overflow) = time.microseconds.addingReportingOverflow(amount.microseconds)
                guard !overflow else { return .null }
                return .text(ClockTime(clamping: sum).text(fraction: fraction(arguments[4])))
            },
        ]
    }

    private static func shifted(_ arguments: [SQLValue]) -> CalendarTime? {
        guard let value = TemporalValue.dateTime(arguments[0]),
            let amount = IntervalAmount(arguments[1], unit: arguments[2], sign: arguments[3])
        else { return nil }
        if amount.months != 0 || amount.isOfMonths { return value.addingMonths(amount.months) }
        return value.adding(microseconds: amount.microseconds)
    }

    /// Seconds as a `ScaledDecimal`.
    private static func units(ofMicroseconds count: Int64, _ digits: Int) -> Int64 {
        Int64(ScaledDecimal.rounded(Int128(count), dropping: 6 - digits, .towardZero))
    }

    static func fraction(_ value: SQLValue) -> Int { Int(min(6, max(0, value.integer ?? 0))) }

    // MARK: Now

    private static func clocks(_ environment: FunctionEnvironment) -> [SQLFunction] {
        func now() -> CalendarTime {
            CalendarTime(microsecondsSince1970: environment.statementTime.microsecondsSince1970)
                ?? CalendarTime(year: 1970, month: 1, day: 1)
        }
        return [
            SQLFunction("my_now", 1...1, isDeterministic: false) { arguments in
                .text(now().text(fraction: fraction(arguments[0])))
            },
            SQLFunction("my_curdate", 0...0, isDeterministic: false) { _ in .text(now().dateText) },
            SQLFunction("my_curtime", 1...1, isDeterministic: false) { arguments in
                .text(ClockTime(microseconds: now().microseconds).text(fraction: fraction(arguments[0])))
            },
            // A time of day as a time stamp of this day.
            SQLFunction("my_time_today", 2...2, isDeterministic: false) { arguments in
                guard let time = TemporalValue.time(arguments[0]) else { return .null }
                var today = now()
                today.microseconds = 0
                guard let moved = today.adding(microseconds: time.microseconds) else { return .null }
                return .text(moved.text(fraction: fraction(arguments[1])))
            },
        ]
    }

    // MARK: Differences

    private static var differences: [SQLFunction] {
        [
            SQLFunction("my_datediff", 2...2) { arguments in
                guard let left = TemporalValue.dateTime(arguments[0])?.daysSince1970,
                    let right = TemporalValue.dateTime(arguments[1])?.daysSince1970
                else { return .null }
                return .integer(Int64(left - right))
            },
            SQLFunction("my_timediff", 3...3) { arguments in
                guard let span = span(arguments[0], arguments[1]) else { return .null }
                return .text(ClockTime(clamping: span).text(fraction: fraction(arguments[2])))
            },
            SQLFunction("my_addtime", 4...4) { arguments in
                guard let span = TemporalValue.time(arguments[1]) else { return .null }
                let sign = arguments[2].integer ?? 1
                if let value = arguments[0].text, value.contains("-"), !value.hasPrefix("-") {
                    let moved = TemporalValue.dateTime(arguments[0])?.adding(microseconds: sign * span.microseconds)
                    return moved.map { .text($0.text(fraction: fraction(arguments[3]))) } ?? .null
                }
                guard let time = TemporalValue.time(arguments[0]) else { return .null }
                let sum = ClockTime(clamping: time.microseconds + sign * span.microseconds)
                return .text(sum.text(fraction: fraction(arguments[3])))
            },
            SQLFunction("my_timestampdiff", 3...3) { arguments in
                guard let unit = TimeUnit(rawValue: arguments[0].text ?? ""),
                    let from = TemporalValue.dateTime(arguments[1]), let to = TemporalValue.dateTime(arguments[2])
                else { return .null }
                return difference(unit, from, to).map { .integer($0) } ?? .null
            },
            SQLFunction("my_time_to_sec", 2...2) { arguments in
                guard let time = TemporalValue.time(arguments[0]) else { return .null }
                return .integer(units(ofMicroseconds: time.microseconds, fraction(arguments[1])))
            },
            SQLFunction("my_sec_to_time", 2...2) { arguments in
                guard let seconds = arguments[0].number else { return .null }
                let clamped = min(1e9, max(-1e9, seconds))
                let time = ClockTime(clamping: Int64((clamped * 1_000_000).rounded()))
                return .text(time.text(fraction: fraction(arguments[1])))
            },
        ]
    }

    /// Between two times of day, or two time stamps; nil if they are of different kinds.
    private static func span(_ left: SQLValue, _ right: SQLValue) -> Int64? {
        func isDate(_ value: SQLValue) -> Bool { value.text.map { $0.dropFirst().contains("-") } ?? false }
        guard isDate(left) == isDate(right) else { return nil }
        if isDate(left) {
            guard let left = TemporalValue.dateTime(left)?.microsecondsSince1970,
                let right = TemporalValue.dateTime(right)?.microsecondsSince1970
            else { return nil }
            return left - right
        }
        guard let left = TemporalValue.time(left), let right = TemporalValue.time(right) else { return nil }
        return left.microseconds - right.microseconds
    }

    private static func difference(_ unit: TimeUnit, _ from: CalendarTime, _ to: CalendarTime) -> Int64? {
        guard let start = from.microsecondsSince1970, let end = to.microsecondsSince1970 else { return nil }
        if let length = unit.microseconds { return (end - start) / length }
        guard let months = unit.months else { return nil }
        let (early, late) = start <= end ? (from, to) : (to, from)
        var count = Int64((late.year - early.year) * 12 + late.month - early.month)
        if (late.day, late.microseconds) < (early.day, early.microseconds) { count -= 1 }
        return (start <= end ? count : -count) / months
    }

    // MARK: Unix times

    private static func unixTimes(_ environment: FunctionEnvironment) -> [SQLFunction] {
        [
            SQLFunction("my_unix_now", 0...0, isDeterministic: false) { _ in
                .integer(environment.statementTime.microsecondsSince1970 / 1_000_000)
            },
            SQLFunction("my_unix_timestamp", 2...2) { arguments in
                guard let value = TemporalValue.dateTime(arguments[0]) else { return .null }
                guard let time = value.microsecondsSince1970, time >= 0, time < 2_147_483_648_000_000 else {
                    return .integer(0)
                }
                return .integer(units(ofMicroseconds: time, fraction(arguments[1])))
            },
            SQLFunction("my_from_unixtime", 2...2) { arguments in
                guard let seconds = arguments[0].number, seconds >= 0, seconds < 2_147_483_648,
                    let value = CalendarTime(microsecondsSince1970: Int64((seconds * 1_000_000).rounded()))
                else { return .null }
                return .text(value.text(fraction: fraction(arguments[1])))
            },
        ]
    }

    // MARK: Formats

    private static var formats: [SQLFunction] {
        [
            SQLFunction("my_date_format", 2...2) { arguments throws(SQLFunction.Failure) in
                guard let value = TemporalValue.dateTime(arguments[0]), let format = arguments[1].text else {
                    return .null
                }
                return try DateFormat(format).text(of: value).map { .text($0) } ?? .null
            },
            SQLFunction("my_time_format", 2...2) { arguments throws(SQLFunction.Failure) in
                guard let time = TemporalValue.time(arguments[0]), let format = arguments[1].text else { return .null }
                return try DateFormat(format).text(ofTime: time).map { .text($0) } ?? .null
            },
        ]
    }
}
