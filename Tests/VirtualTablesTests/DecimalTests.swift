import Testing

@testable import VirtualTables

/// The exact numbers below SQLite.
@Suite("Decimals")
struct DecimalTests {
    private static let texts = [
        "-99999999999999999999999999999999999999999999999999", "-100", "-99.5", "-12.5", "-12.25", "-12.2", "-1.01",
        "-1",
        "-0.5", "-0.05", "-0.00000000000000000000000000000000000001", "0", "0.00000000000000000000000000000000000001",
        "0.05", "0.5", "0.51", "1", "1.01", "1.1", "9", "10", "12.2", "12.25", "99.5", "100", "18446744073709551615",
        "99999999999999999999999999999999999999999999999999",
    ]

    @Test("bytes are ordered as the numbers are, and give them back")
    func bytesAreOrdered() throws {
        let numbers = Self.texts.map { Decimal(text: $0) }
        for (index, number) in numbers.enumerated() {
            let back = try #require(Decimal(bytes: number.bytes))
            #expect(back.text(scale: number.scale) == Self.texts[index])
            for (other, second) in numbers.enumerated() {
                #expect((number < second) == (index < other), "\(Self.texts[index]) < \(Self.texts[other])")
                #expect(
                    number.bytes.lexicographicallyPrecedes(second.bytes) == (index < other),
                    "bytes of \(Self.texts[index]) and \(Self.texts[other])"
                )
            }
        }
        #expect(Decimal(text: "1.50").bytes == Decimal(text: "1.5").bytes)
        #expect(Decimal(text: "-0.00").bytes == Decimal(text: "0").bytes)
    }

    @Test("texts that are no numbers are zero, or the number that they begin with")
    func readsTexts() {
        let cases = [
            ("", "0"), ("abc", "0"), (".", "0"), ("-", "0"), (" 12abc", "12"), ("1e3", "1000"), ("1.5e-3", "0.0015"),
            ("+7", "7"), ("1.2.3", "1.2"), ("1e", "1"), ("e5", "0"), ("1e-99999", "0"), ("00012.50", "12.5"),
        ]
        for (text, wanted) in cases {
            let number = Decimal(text: text)
            #expect(number.bytes == Decimal(text: wanted).bytes, "\(text)")
        }
        #expect(Decimal(text: "1e99999").wholeDigits == Decimal.maximumDigits)
        #expect(Decimal(text: "0." + String(repeating: "9", count: 100)).text(scale: 0) == "1")
    }

    @Test(
        "bytes that are no decimal are refused",
        arguments: [[], [0], [2], [2, 128], [3, 128, 1], [0, 1, 2], [2, 128, 200]]
    )
    func refusesBytes(bytes: [UInt8]) {
        #expect(Decimal(bytes: bytes) == nil)
    }

    @Test("long division agrees with multiplication")
    func divides() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            func random(_ digits: Int) -> Magnitude {
                Magnitude(digits: (0..<digits).map { _ in UInt8.random(in: 0...9, using: &generator) })
            }
            let (dividend, divisor) = (random(.random(in: 1...80)), random(.random(in: 1...60)) + Magnitude(1))
            let (quotient, remainder) = try #require(dividend.divided(by: divisor))
            #expect(remainder < divisor)
            #expect(quotient * divisor + remainder == dividend)
        }
    }

    @Test("rounding goes by its rule")
    func rounds() {
        let cases: [(String, Int, Decimal.Rounding, String)] = [
            ("2.5", 0, .halfUp, "3"), ("-2.5", 0, .halfUp, "-3"), ("2.49", 0, .halfUp, "2"),
            ("1250", -2, .halfUp, "1300"), ("1.259", 2, .towardZero, "1.25"), ("-1.1", 0, .down, "-2"),
            ("-1.9", 0, .up, "-1"), ("1.1", 0, .up, "2"), ("1", 3, .halfUp, "1.000"), ("7", -5, .halfUp, "0"),
        ]
        for (text, scale, rule, wanted) in cases {
            let number = Decimal(text: text).rounded(to: scale, rule)
            #expect(number.text(scale: max(0, scale)) == wanted, "\(text) to \(scale)")
        }
    }
}
