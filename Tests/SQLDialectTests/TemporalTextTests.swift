import MySQLWire
import Testing

@testable import SQLDialect

/// Dates and times as texts.
@Suite struct TemporalTextTests {
    @Test(
        "a date and time is read in the form in which it is shown; what is none is none",
        arguments: [
            ("2026-01-31", "2026-01-31 00:00:00.000000", 0), (" 2026-1-5 7:08", "2026-01-05 07:08:00.000000", 0),
            ("2026-01-31T12:00:00.5Z", "2026-01-31 12:00:00.500000", 1),
            ("2026-01-31 12:00:00.1234567", "2026-01-31 12:00:00.123456", 6),
            ("2026-01-31 09", "2026-01-31 09:00:00.000000", 0), ("2026-01-31x", "2026-01-31 00:00:00.000000", 0),
            ("0000-00-00", "0000-00-00 00:00:00.000000", 0), ("2026-02-30", nil, 0), ("2026-13-01", nil, 0),
            ("2026-01-31 24:00:00", nil, 0), ("2026-01-31 12:60", nil, 0), ("abc", nil, 0), ("", nil, 0),
            ("-2026-01-31", nil, 0),
        ] as [(String, String?, Int)]
    )
    func dates(text: String, value: String?, digits: Int) throws {
        let read = try TemporalText.dateTime(text)
        #expect(read?.value.text(fraction: 6) == value)
        if value != nil { #expect(read?.digits == digits) }
    }

    @Test(
        "a time of day is read likewise, also that of a date",
        arguments: [
            ("10:11:12.5", "10:11:12.500000", 1), ("10:11", "10:11:00.000000", 0), ("-1:02:03", "-01:02:03.000000", 0),
            ("838:59:59", "838:59:59.000000", 0), ("-99999:00:00", "-838:59:59.999999", 0),
            ("2026-01-31 12:00:00.25", "12:00:00.250000", 2), ("2026-01-31", "00:00:00.000000", 0),
            ("10:60", nil, 0), ("x", nil, 0), ("", nil, 0),
        ] as [(String, String?, Int)]
    )
    func times(text: String, value: String?, digits: Int) throws {
        let read = try TemporalText.time(text)
        #expect(read?.value.text(fraction: 6) == value)
        if value != nil { #expect(read?.digits == digits) }
    }

    @Test("other forms that the servers take, and numbers, are for mysqld")
    func others() {
        let dates = [
            "20260131", "26-01-31", "2026/01/31", "2026", "2026-01", "20260131120000", "12:00:00", "2026-001-01",
        ]
        for text in dates { #expect(throws: SQLError.self, "\(text)") { try TemporalText.dateTime(text) } }
        for text in ["101112", "-5", "1 10:00:00", "123456:00:00"] {
            #expect(throws: SQLError.self, "\(text)") { try TemporalText.time(text) }
        }
        for value in [.integer(20_260_131), .double(0), .decimal("1.5"), .unsigned(.max)] as [SQLValue] {
            #expect(throws: SQLFunction.Failure.self) { try TemporalText.dateTime(value) }
            #expect(throws: SQLFunction.Failure.self) { try TemporalText.time(value) }
        }
        #expect(throws: Never.self) { try TemporalText.dateTime(.null) }
    }
}
