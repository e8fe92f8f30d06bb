import MySQLWire
import QueryRouting

/// Functions of dates and times.
enum TimeCalls {
    static let all: [String: FunctionSpecification] = {
        var all = clocks.merging(parts) { first, _ in first }
        all.merge(differences) { first, _ in first }
        all.merge(formats) { first, _ in first }
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
            throw SQLError(
                errno: 1426,
                sqlState: "42000",
                message: "Too big precision \(first.sql) specified. Maximum is 6"
            )
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
            guard let value = arguments.first else {
                return Fragment("my_unix_now()", ValueType(kind: .integer, length: 17, isBig: true))
            }
            let isWhole =
                value.type.kind == .date || value.type.kind == .null || value.type.hasDate && value.type.decimals == 0
            let source = writer.temporalSource(value)
            if isWhole {
                return Fragment("my_unix_timestamp(\(source), 0)", ValueType(kind: .integer, length: 17, isBig: true))
            }
            let scale: Int
            if let text = value.literalText {
                scale = TemporalText.dateTime(text)?.digits ?? 0
            } else {
                scale = value.type.isTemporal ? value.type.decimals : value.type.isNumber ? value.type.scale : 6
            }
            if scale == 0 {
                return Fragment("my_unix_timestamp(\(source), 0)", ValueType(kind: .integer, length: 17, isBig: true))
            }
            return Fragment(
                "my_unix_timestamp(\(source), \(scale))",
                .decimal(precision: 16 + scale, scale: scale)
            )
        },
        "from_unixtime": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            let scale = value.type.isText || value.type.kind == .double ? 6 : min(6, value.type.scale)
            let time = "my_from_unixtime(\(writer.temporalSource(value)), \(scale))"
            guard arguments.count == 2 else { return Fragment(time, .dateTime(fraction: scale)) }
            return Fragment("my_date_format(\(time), \(writer.text(arguments[1])))", .text(255))
        },
        "date": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_date(\(writer.temporalSource(arguments[0])))", .date)
        },
        "time": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let fraction = fraction(arguments[0])
            return Fragment("my_time(\(writer.temporalSource(arguments[0])), \(fraction))", .time(fraction: fraction))
        },
        "timestamp": FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let fraction = arguments.map { TimeCalls.fraction($0) }.max() ?? 0
            let first = writer.dateTime(arguments[0], fraction: fraction)
            guard arguments.count == 2 else { return Fragment(first, .dateTime(fraction: fraction)) }
            return Fragment(
                "my_addtime(\(first), \(writer.text(arguments[1])), 1, \(fraction))",
                .dateTime(fraction: fraction)
            )
        },
    ]

    /// Digits of the second's fraction that a value may have.
    private static func fraction(_ fragment: Fragment) -> Int {
        if let text = fragment.literalText {
            return TemporalText.time(text)?.digits ?? TemporalText.dateTime(text)?.digits ?? 0
        }
        if fragment.type.isTemporal { return fragment.type.decimals }
        return fragment.type.isText || fragment.type.kind == .double ? 6 : min(6, fragment.type.scale)
    }

    // MARK: Parts

    private static let parts: [String: FunctionSpecification] = [
        "year": extract(.year, 4),
        "quarter": extract(.quarter, 2),
        "month": extract(.month, 2),
        "day": extract(.day, 2),
        "hour": extractTime(.hour, 3),
        "minute": extractTime(.minute, 2),
        "second": extractTime(.second, 2),
        "microsecond": extractTime(.microsecond, 6),
        "dayofweek": .datePart("my_dayofweek", .integer(1)),
        "weekday": .datePart("my_weekday", .integer(1)),
        "dayofyear": .datePart("my_dayofyear", .integer(3)),
        "dayname": .datePart("my_dayname", .text(9)),
        "monthname": .datePart("my_monthname", .text(9)),
        "last_day": .datePart("my_last_day", .date),
        "to_days": .datePart("my_to_days", .integer(6)),
    ]

    private static func extract(_ unit: TimeUnit, _ length: Int) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_extract('\(unit.rawValue)', \(writer.temporalSource(arguments[0])))", .integer(length))
        }
    }

    private static func extractTime(_ unit: TimeUnit, _ length: Int) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_extract_time('\(unit.rawValue)', \(writer.temporalSource(arguments[0])))", .integer(length))
        }
    }

    /// EXTRACT(unit FROM x).
    static func extract(
        _ unit: TimeUnit,
        from value: Fragment,
        _ writer: StatementWriter
    ) throws(SQLError) -> Fragment {
        guard unit != .week else { throw .unsupported("EXTRACT(WEEK) on cluster_schema") }
        let isClock = unit.parts.allSatisfy { [.hour, .minute, .second, .microsecond].contains($0) }
        let function = isClock || (value.type.kind == .time && unit.hasTime) ? "my_extract_time" : "my_extract"
        return Fragment(
            "\(function)('\(unit.rawValue)', \(writer.temporalSource(value)))",
            ValueType.integer(unit.isComposite ? 12 : 4, isBig: unit.hasFraction && unit.isComposite)
        )
    }

    // MARK: Differences

    private static let differences: [String: FunctionSpecification] = [
        "datediff": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let list = arguments.map { writer.temporalSource($0) }.joined(separator: ", ")
            return Fragment("my_datediff(\(list))", .integer(8))
        },
        "timediff": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let fraction = arguments.map { TimeCalls.fraction($0) }.max() ?? 0
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            return Fragment("my_timediff(\(list), \(fraction))", .time(fraction: fraction))
        },
        "addtime": addition(1),
        "subtime": addition(-1),
        "time_to_sec": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let fraction = fraction(arguments[0])
            let sql = "my_time_to_sec(\(writer.temporalSource(arguments[0])), \(fraction))"
            if fraction == 0 { return Fragment(sql, ValueType(kind: .integer, length: 17, isBig: true)) }
            return Fragment(sql, .decimal(precision: 12 + fraction, scale: fraction))
        },
        "sec_to_time": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let value = arguments[0]
            let fraction = value.type.isText || value.type.kind == .double ? 6 : min(6, value.type.scale)
            return Fragment("my_sec_to_time(\(writer.temporalSource(value)), \(fraction))", .time(fraction: fraction))
        },
    ]

    private static func addition(_ sign: Int) -> FunctionSpecification {
        FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let fraction = arguments.map { TimeCalls.fraction($0) }.max() ?? 0
            let list = arguments.map { writer.text($0) }.joined(separator: ", ")
            let type: ValueType =
                arguments[0].type.hasDate
                ? .dateTime(fraction: fraction)
                : arguments[0].type.kind == .time ? .time(fraction: fraction) : .text(26)
            return Fragment("my_addtime(\(list), \(sign), \(fraction))", type)
        }
    }

    // MARK: Formats

    private static let formats: [String: FunctionSpecification] = [
        "date_format": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let length = arguments[1].literalText.map { $0.utf8.count * 2 + 20 } ?? 255
            return Fragment(
                "my_date_format(\(writer.temporalSource(arguments[0])), \(writer.text(arguments[1])))",
                .text(length)
            )
        },
        "time_format": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            Fragment(
                "my_time_format(\(writer.temporalSource(arguments[0])), \(writer.text(arguments[1])))",
                .text(255)
            )
        },
    ]
}
