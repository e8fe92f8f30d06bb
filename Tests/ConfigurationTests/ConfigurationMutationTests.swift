import Configuration
import Foundation
import Testing

/// A small generator with a seed, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Damaged configurations")
struct ConfigurationMutationTests {
    private static let casesPerSeed = 250

    /// What changes a YAML text's meaning most.
    private static let fragments: [String] = [
        "\n", ":", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: *a", "!!binary ", "! ", "\"", "'", "|\n", ">-\n",
        "? ", "---\n", "...\n", "%YAML 1.1\n", "\t", "#", "\u{0}", "\u{feff}", "\u{85}", "\u{2028}", "\r", "\r\n", "\\",
        "null", "~", "9999999999999999999999", "-1", "sql:", "  listen: 1\n", "cluster: x\n", "𝄞", "e\u{301}", "%",
    ]

    @Test("a damaged example gives a configuration or lines of errors, and never traps", arguments: 0..<10)
    func damaged(seed: UInt64) throws {
        let file = repository.appendingPathComponent("docs/pilotfish.example.yaml")
        let original = Array(try Data(contentsOf: file))
        var generator = SeededGenerator(seed: seed)
        for number in 0..<Self.casesPerSeed {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.damage(&bytes, using: &generator) }
            var files = FakeFiles.standard
            files.contents["p.yaml"] = FileContents(bytes: bytes)
            do {
                let loaded = try Configuration.load(path: "p.yaml", environment: [:], hostName: "db1", files: files)
                #expect(!loaded.configuration.cluster.name.isEmpty)
            } catch {
                #expect(!error.issues.isEmpty)
                for line in error.lines where !line.hasPrefix("pilotfish: p.yaml") || line.contains("\n") {
                    Issue.record("seed \(seed), case \(number): not one line with its place: \(line)")
                }
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        let length = min(Int.random(in: 1...40, using: &generator), bytes.count - position)
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(position..<(position + length))
        case 2: bytes.insert(contentsOf: bytes[position..<(position + length)], at: position)
        case 3: bytes = Array(bytes.prefix(position))
        case 4:
            let target = Int.random(in: 0..<bytes.count, using: &generator)
            bytes.insert(contentsOf: bytes[position..<(position + length)], at: target)
        default:
            let fragment = fragments.randomElement(using: &generator) ?? ""
            bytes.insert(contentsOf: Array(fragment.utf8), at: position)
        }
    }

    @Test("random bytes give lines of errors")
    func noise() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var files = FakeFiles.standard
            files.contents["p.yaml"] = FileContents(bytes: bytes)
            #expect(throws: ConfigurationErrors.self) {
                try Configuration.load(path: "p.yaml", environment: [:], hostName: "db1", files: files)
            }
        }
    }
}
