import ClusterModel
import MySQLWire

/// What dates and times become in the translated statement.
enum TimeFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        conversions + parts + intervals + clocks(environment) + differences + unixTimes(environment)
    }

    /// A function of a date or time, which is its first argument: NULL for what is none.
    private static func function(
        _ name: String,
        _ arity: Int = 1,
        _ body: @escaping (CalendarTime, [SQLValue]) throws(SQLFunction.Failure) -> SQLValue?
    ) -> SQLFunction {
        SQLFunction(name, arity...arity) { arguments throws(SQLFunction.Failure) in
            guard let value = try TemporalText.dateTime(arguments[0]) else { return .null }
            return try body(value, arguments) ?? .null
        }
    }

    /// The same of a time of day.
    private static func clockFunction(
        _ name: String,
        _ arity: Int = 1,
        _ body: @escaping (ClockTime, [SQLValue]) -> SQLValue
    ) -> SQLFunction {
        SQLFunction(name, arity...arity) { arguments throws(SQLFunction.Failure) in
            guard let value = try TemporalText.time(arguments[0]) else { return .null }
            return body(value, arguments)
        }
    }

    private static func fraction(_ value: SQLValue) -> Int { Int(min(6, max(0, value.integer ?? 0))) }

    // MARK: Conversions

    private static var conversions: [SQLFunction] {
        [
            function("my_date") { value, _ in .text(value.dateText) },
            function("my_datetime", 2) { value, arguments in .text(value.text(fraction: fraction(arguments[1]))) },
            SQLFunction("my_datetime_or_zero", 1...1) { arguments throws(SQLFunction.Failure) in
                guard arguments[0] != .null else { return .null }
                let value = try TemporalText.dateTime(arguments[0]) ?? CalendarTime(year: 0, month: 0, day: 0)
                return .text(value.text(fraction: 6))
            },
            clockFunction("my_time", 2) { value, arguments in .text(value.text(fraction: fraction(arguments[1]))) },
            // A date or time as the number of its digits: 20260131235959.
            SQLFunction("my_digits", 1...1) { arguments in
                guard let text = arguments[0].text else { return .null }
                let halves = text.split(separator: ".", maxSplits: 1)
                let sign = text.hasPrefix("-") ? "-" : ""
                let digits = sign + (halves.first ?? "").filter(\.isNumber)
                if halves.count == 2 { return Double("\(digits).\(halves[1])").map { .double($0) } ?? .null }
                return Int64(digits).map { .integer($0) } ?? .null
            },
            function("my_date_format", 2) { value, arguments throws(SQLFunction.Failure) in
                guard let format = arguments[1].text else { return nil }
                return try DateFormat(format).text(of: value).map { .text($0) }
            },
        ]
    }

    private static var parts: [SQLFunction] {
        [
            function("my_year") { value, _ in .integer(Int64(value.year)) },
            function("my_month") { value, _ in .integer(Int64(value.month)) },
            function("my_day") { value, _ in .integer(Int64(value.day)) },
            clockFunction("my_hour") { value, _ in .integer(Int64(value.hours)) },
            clockFunction("my_minute") { value, _ in .integer(Int64(value.minutes)) },
            clockFunction("my_second") { value, _ in .integer(Int64(value.seconds)) },
        ]
    }

    // MARK: Intervals

    /// Of a date or time, amount, unit, 1 or -1, digits of the fraction; the kind of value is in the function's name.
    private static var intervals: [SQLFunction] {
        [
            function("my_shift_date", 4) { value, arguments in shifted(value, arguments).map { .text($0.dateText) } },
            function("my_shift_datetime", 5) { value, arguments in
                shifted(value, arguments).map { .text($0.text(fraction: fraction(arguments[4]))) }
            },
            // Of a text: a date stays a date where the unit allows it.
            function("my_shift_text", 4) { value, arguments in
                guard let moved = shifted(value, arguments), let unit = TimeUnit(word: arguments[2].text ?? "") else {
                    return nil
                }
                let isDate = !(arguments[0].text ?? "").contains(":") && !unit.hasTime
                if isDate { return .text(moved.dateText) }
                return .text(moved.text(fraction: moved.microseconds % 1_000_000 == 0 ? 0 : 6))
            },
        ]
    }

    private static func shifted(_ value: CalendarTime, _ arguments: [SQLValue]) -> CalendarTime? {
        guard let unit = TimeUnit(word: arguments[2].text ?? ""), let sign = arguments[3].integer else { return nil }
        if unit == .second {
            guard let seconds = arguments[1].number, seconds.magnitude < 1e12 else { return nil }
            return value.adding(microseconds: sign * Int64((seconds * 1_000_000).rounded()))
        }
        guard let amount = arguments[1].integer, amount.magnitude < 1 << 53 else { return nil }
        let (product, overflow) = (sign * amount).multipliedReportingOverflow(by: unit.months ?? unit.microseconds)
        guard !overflow else { return nil }
        return unit.months == nil ? value.adding(microseconds: product) : value.addingMonths(product)
    }

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
            SQLFunction("my_time_today", 2...2, isDeterministic: false) { arguments throws(SQLFunction.Failure) in
                var today = now()
                today.microseconds = 0
                guard let time = try TemporalText.time(arguments[0]),
                    let moved = today.adding(microseconds: time.microseconds)
                else { return .null }
                return .text(moved.text(fraction: fraction(arguments[1])))
            },
        ]
    }

    // MARK: Differences

    private static var differences: [SQLFunction] {
        [
            function("my_datediff", 2) { left, arguments throws(SQLFunction.Failure) in
                guard let left = left.daysSince1970,
                    let right = try TemporalText.dateTime(arguments[1])?.daysSince1970
                else { return nil }
                return .integer(Int64(left - right))
            },
            SQLFunction("my_timediff", 3...3) { arguments throws(SQLFunction.Failure) in
                guard let span = try span(arguments[0], arguments[1]) else { return .null }
                return .text(ClockTime(clamping: span).text(fraction: fraction(arguments[2])))
            },
            SQLFunction("my_timestampdiff", 3...3) { arguments throws(SQLFunction.Failure) in
                guard let unit = TimeUnit(word: arguments[0].text ?? ""),
                    let from = try TemporalText.dateTime(arguments[1]), let to = try TemporalText.dateTime(arguments[2])
                else { return .null }
                return difference(unit, from, to).map { .integer($0) } ?? .null
            },
            clockFunction("my_time_to_sec", 2) { value, arguments in
                .integer(units(ofMicroseconds: value.microseconds, fraction(arguments[1])))
            },
        ]
    }

    /// Between two times of day, or two time stamps; nil if they are of different kinds.
    private static func span(_ left: SQLValue, _ right: SQLValue) throws(SQLFunction.Failure) -> Int64? {
        func isDate(_ value: SQLValue) -> Bool { value.text.map { $0.dropFirst().contains("-") } ?? false }
        guard isDate(left) == isDate(right) else { return nil }
        if isDate(left) {
            guard let left = try TemporalText.dateTime(left)?.microsecondsSince1970,
                let right = try TemporalText.dateTime(right)?.microsecondsSince1970
            else { return nil }
            return left - right
        }
        guard let left = try TemporalText.time(left), let right = try TemporalText.time(right) else { return nil }
        return left.microseconds - right.microseconds
    }

    private static func difference(_ unit: TimeUnit, _ from: CalendarTime, _ to: CalendarTime) -> Int64? {
        guard let start = from.microsecondsSince1970, let end = to.microsecondsSince1970 else { return nil }
        guard let months = unit.months else { return (end - start) / unit.microseconds }
        let (early, late) = start <= end ? (from, to) : (to, from)
        var count = Int64((late.year - early.year) * 12 + late.month - early.month)
        if (late.day, late.microseconds) < (early.day, early.microseconds) { count -= 1 }
        return (start <= end ? count : -count) / months
    }

    // MARK: Unix times

    /// Seconds as a `ScaledDecimal`.
    private static func units(ofMicroseconds count: Int64, _ digits: Int) -> Int64 {
        Int64(ScaledDecimal.rounded(Int128(count), dropping: 6 - digits, .towardZero))
    }

    private static func unixTimes(_ environment: FunctionEnvironment) -> [SQLFunction] {
        [
            SQLFunction("my_unix_now", 0...0, isDeterministic: false) { _ in
                .integer(environment.statementTime.microsecondsSince1970 / 1_000_000)
            },
            function("my_unix_timestamp", 2) { value, arguments in
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
}
