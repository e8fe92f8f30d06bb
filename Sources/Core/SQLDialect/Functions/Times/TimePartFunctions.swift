import MySQLWire

/// Parts of dates and times: years, weekdays, hours.
enum TimePartFunctions {
    static var all: [SQLFunction] {
        [
            SQLFunction("my_extract", 2...2) { arguments in
                guard let unit = TimeUnit(rawValue: arguments[0].text ?? ""),
                    let value = TemporalValue.dateTime(arguments[1])
                else { return .null }
                return part(unit, of: value).map { .integer($0) } ?? .null
            },
            SQLFunction("my_extract_time", 2...2) { arguments in
                guard let unit = TimeUnit(rawValue: arguments[0].text ?? ""),
                    let time = TemporalValue.time(arguments[1])
                else { return .null }
                let value = clockPart(unit, of: time)
                return .integer(time.microseconds < 0 && unit.isComposite ? -value : value)
            },
            dayFunction("my_dayofweek") { $0.weekday.map { .integer(Int64(($0 + 1) % 7 + 1)) } },
            dayFunction("my_weekday") { $0.weekday.map { .integer(Int64($0)) } },
            dayFunction("my_dayofyear") { $0.dayOfYear.map { .integer(Int64($0)) } },
            dayFunction("my_dayname") { $0.weekday.map { .text(DateFormat.dayNames[$0]) } },
            dayFunction("my_monthname") { $0.month > 0 ? .text(DateFormat.monthNames[$0.month - 1]) : nil },
            dayFunction("my_to_days") { $0.daysSince1970.map { .integer(Int64($0) + 719_528) } },
            dayFunction("my_last_day") { value in
                guard value.month > 0 else { return nil }
                var last = value
                last.day = CalendarTime.days(inMonth: value.month, of: value.year)
                return .text(last.dateText)
            },
        ]
    }

    private static func dayFunction(_ name: String, _ body: @escaping (CalendarTime) -> SQLValue?) -> SQLFunction {
        SQLFunction(name, 1...1) { TemporalValue.dateTime($0[0]).flatMap(body) ?? .null }
    }

    private static func part(_ unit: TimeUnit, of value: CalendarTime) -> Int64? {
        switch unit {
        case .year: Int64(value.year)
        case .quarter: value.month == 0 ? 0 : Int64((value.month + 2) / 3)
        case .month: Int64(value.month)
        case .day: Int64(value.day)
        case .yearMonth: Int64(value.year * 100 + value.month)
        case .dayHour, .dayMinute, .daySecond, .dayMicrosecond:
            Int64(value.day) * dayFactor(unit) + clockPart(unit, of: ClockTime(microseconds: value.microseconds))
        default: clockPart(unit, of: ClockTime(microseconds: value.microseconds))
        }
    }

    private static func dayFactor(_ unit: TimeUnit) -> Int64 {
        switch unit {
        case .dayHour: 100
        case .dayMinute: 10_000
        case .daySecond: 1_000_000
        default: 1_000_000_000_000
        }
    }

    private static func clockPart(_ unit: TimeUnit, of time: ClockTime) -> Int64 {
        let (hours, minutes, seconds) = (Int64(time.hours), Int64(time.minutes), Int64(time.seconds))
        let fraction = Int64(time.fraction)
        switch unit {
        case .hour, .dayHour: return hours
        case .minute: return minutes
        case .second: return seconds
        case .microsecond: return fraction
        case .hourMinute, .dayMinute: return hours * 100 + minutes
        case .hourSecond, .daySecond: return hours * 10_000 + minutes * 100 + seconds
        case .minuteSecond: return minutes * 100 + seconds
        case .secondMicrosecond: return seconds * 1_000_000 + fraction
        case .minuteMicrosecond: return (minutes * 100 + seconds) * 1_000_000 + fraction
        case .hourMicrosecond, .dayMicrosecond:
            return (hours * 10_000 + minutes * 100 + seconds) * 1_000_000 + fraction
        default: return 0
        }
    }
}
