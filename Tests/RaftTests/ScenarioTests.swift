import Testing

/// The files in `Scenarios`. RAFT_SCENARIOS=write writes what comes out in the place of what is expected, so that a change
/// can be looked at as a difference; RAFT_SCENARIO=name runs one.
@Suite("Scenarios")
struct ScenarioTests {
    @Test("what is told comes about", arguments: ScenarioFile.names)
    func scenario(name: String) throws {
        var file = try ScenarioFile(name)
        let expected = file
        var script = ScenarioScript()
        for place in file.parts.indices {
            guard case .step(let commands, _) = file.parts[place] else { continue }
            let output = commands.flatMap { script.perform($0) }
            file.parts[place] = .step(commands: commands, output: output.isEmpty ? ["ok"] : output)
        }
        if ScenarioFile.isToBeWritten { return try file.write() }
        guard let difference = Self.firstDifference(expected, file) else { return }
        Issue.record("\(name): \(difference)\(Self.faults(in: file))")
    }

    /// What follows it is another story.
    private static func firstDifference(_ expected: ScenarioFile, _ found: ScenarioFile) -> String? {
        for (one, other) in zip(expected.parts, found.parts) {
            guard case .step(let commands, let told) = one, case .step(_, let came) = other, told != came else {
                continue
            }
            return """
                \(commands.joined(separator: "; "))
                expected:
                \(told.joined(separator: "\n"))
                found:
                \(came.joined(separator: "\n"))
                """
        }
        return nil
    }

    /// What no story may show.
    private static func faults(in file: ScenarioFile) -> String {
        let lines = file.parts.flatMap { if case .step(_, let output) = $0 { output } else { [String]() } }
        let faults = lines.filter { line in BenchWatch.words.contains { line.contains($0) } }
        return faults.isEmpty ? "" : "\nand this must never be:\n" + faults.joined(separator: "\n")
    }

    @Test("there are scenarios")
    func some() {
        #expect(!ScenarioFile.names.isEmpty)
    }
}
