/// The units of INTERVAL, EXTRACT, TIMESTAMPDIFF and TIMESTAMPADD.
enum TimeUnit: String, CaseIterable {
    case microsecond, second, minute, hour, day, week, month, quarter, year
    case secondMicrosecond = "second_microsecond"
    case minuteMicrosecond = "minute_microsecond"
    case minuteSecond = "minute_second"
    case hourMicrosecond = "hour_microsecond"
    case hourSecond = "hour_second"
    case hourMinute = "hour_minute"
    case dayMicrosecond = "day_microsecond"
    case daySecond = "day_second"
    case dayMinute = "day_minute"
    case dayHour = "day_hour"
    case yearMonth = "year_month"

    /// - Parameter word: in lower case; may begin with `sql_tsi_`.
    init?(word: String) {
        self.init(rawValue: word.hasPrefix("sql_tsi_") ? String(word.dropFirst(8)) : word)
    }

    /// The simple units that a composite one is made of, greatest first.
    var parts: [TimeUnit] {
        let order: [TimeUnit] = [.day, .hour, .minute, .second, .microsecond]
        switch self {
        case .yearMonth: return [.year, .month]
        default:
            let names = rawValue.split(separator: "_").compactMap { TimeUnit(rawValue: String($0)) }
            guard names.count == 2, let first = order.firstIndex(of: names[0]),
                let last = order.firstIndex(of: names[1]), first <= last
            else { return [self] }
            return Array(order[first...last])
        }
    }

    var isComposite: Bool { parts.count > 1 }

    /// Whether it reaches below the day, so that a date becomes a time stamp.
    var hasTime: Bool { !parts.allSatisfy { [.day, .week, .month, .quarter, .year].contains($0) } }

    var hasFraction: Bool { parts.last == .microsecond }

    /// Microseconds in one; nil for units whose length varies and for composite ones.
    var microseconds: Int64? {
        switch self {
        case .microsecond: 1
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        case .week: 7 * 86_400_000_000
        default: nil
        }
    }

    /// Months in one; nil for units that are no whole months.
    var months: Int64? {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        default: nil
        }
    }
}
