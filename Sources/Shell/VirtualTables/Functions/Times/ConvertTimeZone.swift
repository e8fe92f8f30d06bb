import MySQLWire
import QueryRouting

/// CONVERT_TZ.
enum ConvertTimeZone {
    /// The time, the zone that it is in, the zone that is wanted, digits of the result's fraction.
    static func function(_ environment: FunctionEnvironment) -> SQLiteFunction {
        SQLiteFunction("my_convert_tz", 4...4, isDeterministic: false) { arguments throws(SQLiteFunction.Failure) in
            guard let time = TemporalValue.dateTime(arguments[0]), let from = arguments[1].text,
                let to = arguments[2].text
            else { return .null }
            let version = ServerVersion(environment.context.serverVersion)
            guard let (source, target) = try zones(from, to, version, environment.context) else { return .null }
            let digits = Int(min(6, max(0, arguments[3].integer ?? 0)))
            guard let micros = time.microsecondsSince1970 else { return .null }
            let (seconds, fraction) = CalendarTime.floorDivide(micros, 1_000_000)
            let utc = source.utc(fromLocal: seconds)
            // Times that a TIMESTAMP cannot hold stay as they are.
            guard utc > 0, utc <= greatestTimestamp(version) else {
                return .text(time.text(fraction: digits))
            }
            let result = CalendarTime(microsecondsSince1970: target.local(fromUTC: utc) * 1_000_000 + fraction)
            return result.map { .text($0.text(fraction: digits)) } ?? .null
        }
    }

    /// - Returns: nil if one of them is no zone that is known.
    /// - Throws: `Failure` with error 1235 for zones by name: mysqld alone knows whether it has tables of them.
    private static func zones(
        _ from: String,
        _ to: String,
        _ version: ServerVersion,
        _ context: SessionContext
    ) throws(SQLiteFunction.Failure) -> (TimeZoneRule, TimeZoneRule)? {
        if let source = TimeZoneRule(from, version: version), let target = TimeZoneRule(to, version: version) {
            return (source, target)
        }
        let mayBeName = [from, to].contains { $0.utf8.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a } ?? false }
        guard mayBeName, context.authority == .server else { return nil }
        throw SQLiteFunction.Failure(.unsupported("time zones by name on cluster_schema"))
    }

    /// In seconds since 1970.
    private static func greatestTimestamp(_ version: ServerVersion) -> Int64 {
        if version.isMariaDB { return version.number >= 110_500 ? 4_294_967_295 : 2_147_483_647 }
        return version.number >= 80_028 ? 32_536_771_199 : 2_147_483_647
    }
}
