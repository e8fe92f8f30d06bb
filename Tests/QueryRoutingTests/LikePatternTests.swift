import QueryRouting
import Testing

@Suite("LikePattern")
struct LikePatternTests {
    @Test(
        "matches as LIKE does",
        arguments: [
            ("abc", "abc", true), ("abc", "ABC", true), ("abc", "abcd", false), ("%", "", true), ("%", "x", true),
            ("", "", true), ("", "x", false), ("_", "x", true), ("_", "", false), ("a%c", "abbbc", true),
            ("a%c", "abbb", false), ("%b%", "abc", true), ("a_c", "abc", true), ("a_c", "ac", false),
            (#"a\_c"#, "abc", false), (#"a\_c"#, "a_c", true), (#"50\%"#, "50%", true), (#"50\%"#, "500", false),
            (#"a\"#, #"a\"#, true), ("%%%a", "xxa", true), ("a%b%c", "a-b-b-c", true), ("_é_", "aéb", true),
            ("%aab", "aaaab", true),
        ]
    )
    func matches(pattern: String, text: String, expected: Bool) throws {
        #expect(try #require(LikePattern(pattern)).matches(text) == expected)
    }

    @Test("another escape character may be given")
    func otherEscape() throws {
        #expect(try #require(LikePattern("a!%", escape: "!")).matches("a%"))
        #expect(try !#require(LikePattern("a!%", escape: "!")).matches("ab"))
    }

    @Test("a pattern that is too long is refused")
    func tooLong() {
        #expect(LikePattern(String(repeating: "a", count: LikePattern.maximumBytes + 1)) == nil)
    }
}
