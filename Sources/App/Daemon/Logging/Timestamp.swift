internal import ClusterModel
internal import Glibc

/// A time as RFC 3339 (section 5.6) writes it, in UTC with milliseconds: `2026-03-09T14:05:00.123Z`.
///
/// The C library's calendar and not Foundation's, whose formatters bring in all of ICU: megabytes for one line of log.
enum Timestamp {
    static func text(of time: WallTime) -> String {
        let (seconds, rest) = time.microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000)
        // Before 1970 the remainder is negative, and belongs to the second before.
        var whole = time_t(rest < 0 ? seconds - 1 : seconds)
        let milliseconds = (rest < 0 ? rest + 1_000_000 : rest) / 1000
        var parts = tm()
        guard gmtime_r(&whole, &parts) != nil else { return "?" }
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(Int(milliseconds), 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
