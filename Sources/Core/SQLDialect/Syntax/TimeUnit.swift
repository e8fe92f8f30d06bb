/// The units of INTERVAL and TIMESTAMPDIFF; those of several parts (DAY_HOUR) are mysqld's.
enum TimeUnit: String {
    case microsecond, second, minute, hour, day, week, month, quarter, year

    /// - Parameter word: in lower case; may begin with `sql_tsi_`.
    init?(word: String) {
        self.init(rawValue: word.hasPrefix("sql_tsi_") ? String(word.dropFirst(8)) : word)
    }

    /// Whether it reaches below the day, so that a date becomes a time stamp.
    var hasTime: Bool { months == nil && microseconds < CalendarTime.dayMicroseconds }

    /// Microseconds in one; of no meaning for whole months.
    var microseconds: Int64 {
        switch self {
        case .microsecond: 1
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .week: 7 * CalendarTime.dayMicroseconds
        case .day, .month, .quarter, .year: CalendarTime.dayMicroseconds
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
