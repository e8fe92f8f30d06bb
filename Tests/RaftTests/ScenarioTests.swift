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
        for (one, other) in zip(expected.parts, file.parts) {
            guard case .step(let commands, let told) = one, case .step(_, let found) = other, told != found else {
                continue
            }
            Issue.record(
                """
                \(name): \(commands.joined(separator: "; "))
                expected:
                \(told.joined(separator: "\n"))
                found:
                \(found.joined(separator: "\n"))
                """
            )
            // What follows is another story.
            return
        }
    }

    @Test("there are scenarios")
    func some() {
        #expect(!ScenarioFile.names.isEmpty)
    }
}
