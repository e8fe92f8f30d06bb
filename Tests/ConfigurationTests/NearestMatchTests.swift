import Testing

@testable import Configuration

@Suite("The nearest match")
struct NearestMatchTests {
    @Test(
        "counts insertions, removals, replacements and swaps",
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "abc", 3), ("abc", "abd", 1), ("abc", "acb", 1),
            ("abc", "abcd", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ]
    )
    func distance(left: String, right: String, expected: Int) {
        #expect(NearestMatch.distance(Array(left.utf8), Array(right.utf8)) == expected)
    }

    @Test("gives nothing where nothing is near, and nothing for endless words")
    func none() {
        #expect(NearestMatch.find("level", among: ["format", "level"]) == "level")
        #expect(NearestMatch.find("LEVLE", among: ["format", "level"]) == "level")
        #expect(NearestMatch.find("zzzzzz", among: ["format", "level"]) == nil)
        #expect(NearestMatch.find(String(repeating: "x", count: 1_000_000), among: ["format"]) == nil)
    }
}
