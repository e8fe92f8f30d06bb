import MySQLWire
import QueryRouting

/// Functions of dates and times.
enum TimeCalls {
    static let all: [String: FunctionSpecification] = {
        var all = clocks.merging(values) { first, _ in first }
        all.merge(differences) { first, _ in first }
        for (alias, name) in [
            "sysdate": "now", "localtime": "now", "localtimestamp": "now", "current_timestamp": "now",
            "utc_timestamp": "now", "current_date": "curdate", "utc_date": "curdate", "current_time": "curtime",
            "utc_time": "curtime", "dayofmonth": "day",
        ] {
            all[alias] = all[name]
        }
        return all
    }()

    /// The number of a literal argument, such as NOW's digits.
    private static func digits(_ arguments: [Fragment]) throws(SQLError) -> Int {
        guard let first = arguments.first else { return 0 }
        guard let digits = Int(first.sql), (0...6).contains(digits) else {
            throw StatementErrors.tooPrecise(first.sql)
        }
        return digits
    }

    private static let clocks: [String: FunctionSpecification] = [
        "now": FunctionSpecification(0...1) { _, arguments throws(SQLError) in
            let digits = try digits(arguments)
            return Fragment("my_now(\(digits))", ValueType.dateTime(fraction: digits).nullable(false))
        },
        "curdate": FunctionSpecification(0...0) { _, _ throws(SQLError) in
            Fragment("my_curdate()", ValueType.date.nullable(false))
        },
        "curtime": FunctionSpecification(0...1) { _, arguments throws(SQLError) in
            let digits = try digits(arguments)
            return Fragment("my_curtime(\(digits))", ValueType.time(fraction: digits).nullable(false))
        },
        "unix_timestamp": FunctionSpecification(0...1) { writer, arguments throws(SQLError) in
            let whole = ValueType(kind: .integer, length: 17, isBig: true)
            guard let value = arguments.first else { return Fragment("my_unix_now()", whole) }
            let scale = try fraction(value)
            return Fragment(
                "my_unix_timestamp(\(writer.temporalSource(value)), \(scale))",
                scale == 0 ? whole : .decimal(precision: 16 + scale, scale: scale)
            )
        },
        "from_unixtime": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            let scale = value.type.isText || value.type.kind == .double ? 6 : min(6, value.type.scale)
            let time = "my_from_unixtime(\(writer.temporalSource(value)), \(scale))"
            guard arguments.count == 2 else { return Fragment(time, .dateTime(fraction: scale)) }
            return Fragment("my_date_format(\(time), \(writer.text(arguments[1])))", .text(255))
        },
    ]

    /// Digits of the second's fraction that a value may have.
    private static func fraction(_ fragment: Fragment) throws(SQLError) -> Int {
        if let text = fragment.literalText { return try TemporalText.digits(text) }
        if fragment.type.isTemporal { return fragment.type.decimals }
        return fragment.type.isText || fragment.type.kind == .double ? 6 : min(6, fragment.type.scale)
    }

    private static let values: [String: FunctionSpecification] = [
        "date": .call("my_date", [.time]) { _, _ in .date },
        "time": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let fraction = try fraction(arguments[0])
            return Fragment("my_time(\(writer.temporalSource(arguments[0])), \(fraction))", .time(fraction: fraction))
        },
        "year": .call("my_year", [.time]) { _, _ in .integer(4) },
        "month": .call("my_month", [.time]) { _, _ in .integer(2) },
        "day": .call("my_day", [.time]) { _, _ in .integer(2) },
        "hour": .call("my_hour", [.time]) { _, _ in .integer(3) },
        "minute": .call("my_minute", [.time]) { _, _ in .integer(2) },
        "second": .call("my_second", [.time]) { _, _ in .integer(2) },
        "date_format": .call("my_date_format", [.time, .text]) { arguments, _ in
            .text(arguments[1].literalText.map { $0.utf8.count * 2 + 20 } ?? 255)
        },
    ]

    private static let differences: [String: FunctionSpecification] = [
        "datediff": .call("my_datediff", [.time, .time]) { _, _ in .integer(8) },
        "timediff": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let fraction = max(try fraction(arguments[0]), try fraction(arguments[1]))
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            return Fragment("my_timediff(\(list), \(fraction))", .time(fraction: fraction))
        },
        "timestampdiff": .call("my_timestampdiff", [.text, .time, .time]) { _, _ in .bigInteger },
        "time_to_sec": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let fraction = try fraction(arguments[0])
            return Fragment(
                "my_time_to_sec(\(writer.temporalSource(arguments[0])), \(fraction))",
                fraction == 0
                    ? ValueType(kind: .integer, length: 17, isBig: true)
                    : .decimal(precision: 12 + fraction, scale: fraction)
            )
        },
    ]
}
