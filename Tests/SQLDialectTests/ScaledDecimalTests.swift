import MySQLWire
import Testing

@testable import SQLDialect

/// Decimals as whole numbers of units in their last place.
@Suite struct ScaledDecimalTests {
    @Test(
        "a literal has its digits, or is too long",
        arguments: [
            ("1.50", 150, 2), ("-0.05", -5, 2), (".5", 5, 1), ("5.", 5, 0), ("0.00", 0, 2),
            ("999999999999999999", 999_999_999_999_999_999, 0), ("-1234567890123456.78", -123_456_789_012_345_678, 2),
            ("1000000000000000000", nil, 0), ("1.000000000000000000", nil, 0), ("18446744073709551615", nil, 0),
            ("x", nil, 0), ("", nil, 0), ("1.5e3", nil, 0),
        ] as [(String, Int64?, Int)]
    )
    func literals(text: String, units: Int64?, scale: Int) {
        let parts = ScaledDecimal.parts(of: text)
        #expect(parts?.units == units)
        if units != nil { #expect(parts?.scale == scale) }
    }

    @Test(
        "rounding goes by its rule",
        arguments: [
            (25, 1, .halfUp, 3), (-25, 1, .halfUp, -3), (24, 1, .halfUp, 2), (1259, 1, .towardZero, 125),
            (-11, 1, .down, -2), (-19, 1, .up, -1), (11, 1, .up, 2), (7, 5, .halfUp, 0), (7, 0, .halfUp, 7),
            (50_000, 5, .halfUp, 1), (-49_999, 5, .halfUp, 0), (3, 99, .up, 1),
        ] as [(Int128, Int, ScaledDecimal.Rounding, Int128)]
    )
    func rounds(units: Int128, dropping: Int, rule: ScaledDecimal.Rounding, expected: Int128) {
        #expect(ScaledDecimal.rounded(units, dropping: dropping, rule) == expected)
    }

    @Test("units are written with all digits of their scale")
    func writes() {
        #expect(ScaledDecimal.text(150, scale: 2) == "1.50")
        #expect(ScaledDecimal.text(-5, scale: 2) == "-0.05")
        #expect(ScaledDecimal.text(0, scale: 3) == "0.000")
        #expect(ScaledDecimal.text(.min, scale: 0) == "-9223372036854775808")
    }

    @Test("numbers that are computed are checked, never cut")
    func checks() throws {
        let functions = Dictionary(uniqueKeysWithValues: DecimalFunctions.all.map { ($0.name, $0) })
        func call(_ name: String, _ arguments: SQLValue...) throws -> SQLValue {
            try #require(functions[name]).body(arguments)
        }
        #expect(try call("my_quotient", .integer(1), .integer(3), .integer(9)) == .integer(333_333_333))
        #expect(try call("my_quotient", .integer(-1), .integer(3), .integer(4)) == .integer(-3333))
        #expect(try call("my_quotient", .integer(1), .integer(0), .integer(9)) == .null)
        #expect(throws: SQLFunction.Failure.self) {
            try call("my_quotient", .integer(.max), .integer(1), .integer(9))
        }
        #expect(throws: SQLFunction.Failure.self) {
            try call("my_quotient", .integer(.min), .integer(-1), .integer(0))
        }
        for check in 0...3 as ClosedRange<Int64> {
            #expect(throws: SQLFunction.Failure.self) { try call("my_checked", .double(1e19), .integer(check)) }
            #expect(try call("my_checked", .integer(5), .integer(check)) == .integer(5))
        }
        #expect(throws: SQLFunction.Failure.self) { try call("my_checked", .integer(-1), .integer(1)) }
        #expect(throws: SQLFunction.Failure.self) { try call("my_checked", .integer(-1), .integer(3)) }
        #expect(throws: SQLFunction.Failure.self) { try call("my_bits", .text("18446744073709551615")) }
        #expect(try call("my_rescale", .integer(.max), .integer(18), .integer(0)) == .integer(9))
        #expect(throws: SQLFunction.Failure.self) { try call("my_rescale", .double(1e19), .integer(1), .integer(0)) }
    }
}
