internal import Glibc

/// A time zone that CONVERT_TZ knows without tables of zones.
enum TimeZoneRule {
    /// East of UTC, in seconds.
    case offset(Int64)
    /// SYSTEM: that of this host, which is mysqld's.
    case system

    /// `+05:30` or SYSTEM; nil for a zone by its name, and for what is none. MariaDB's offsets go from -12:59 to +13:00,
    /// those of MySQL since 8.0.19 from -13:59 to +14:00.
    init?(_ text: String, version: ServerVersion) {
        if text.utf8.count == 6, text.lowercased() == "system" {
            self = .system
            return
        }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, sign == "+" || sign == "-", parts.count == 2,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 4 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            ),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), minutes < 60
        else { return nil }
        let seconds = (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
        let isWider = !version.isMariaDB && version.number >= 80_019
        guard (isWider ? -50_340...50_400 : -46_740...46_800).contains(seconds) else { return nil }
        self = .offset(seconds)
    }

    /// - Parameter seconds: since 1970 by this zone's clock.
    func utc(fromLocal seconds: Int64) -> Int64 {
        switch self {
        case .offset(let offset): return seconds - offset
        case .system:
            var time = time_t(seconds)
            var parts = tm()
            gmtime_r(&time, &parts)
            parts.tm_isdst = -1
            return Int64(mktime(&parts))
        }
    }

    /// - Parameter seconds: since 1970, in UTC.
    func local(fromUTC seconds: Int64) -> Int64 {
        switch self {
        case .offset(let offset): return seconds + offset
        case .system:
            var time = time_t(seconds)
            var parts = tm()
            localtime_r(&time, &parts)
            return Int64(timegm(&parts))
        }
    }
}
