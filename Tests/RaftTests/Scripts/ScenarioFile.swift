internal import Foundation

/// A story of commands and what came of them: commands, a line of four dashes, the expected output, an empty line.
struct ScenarioFile {
    enum Part {
        /// Comments and empty lines, as they are.
        case text([String])
        case step(commands: [String], output: [String])
    }

    let name: String
    var parts: [Part]

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    /// All, by name; or only that which RAFT_SCENARIO names.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let names = files.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
        guard let only = ProcessInfo.processInfo.environment["RAFT_SCENARIO"] else { return names }
        return names.filter { $0 == only }
    }()

    /// Whether files are to be written anew rather than compared.
    static let isToBeWritten = ProcessInfo.processInfo.environment["RAFT_SCENARIOS"] == "write"

    private static func url(_ name: String) -> URL { folder.appendingPathComponent(name + ".txt") }

    init(_ name: String) throws {
        self.name = name
        let lines = try String(contentsOf: Self.url(name), encoding: .utf8).components(separatedBy: "\n")
        parts = Self.parts(of: lines.last == "" ? lines.dropLast() : lines[...])
    }

    private static func parts(of lines: ArraySlice<String>) -> [Part] {
        var parts: [Part] = []
        var rest = lines
        while let line = rest.first {
            if line.isEmpty || line.hasPrefix("#") {
                let text = rest.prefix { $0.isEmpty || $0.hasPrefix("#") }
                parts.append(.text(Array(text)))
                rest = rest.dropFirst(text.count)
            } else {
                let commands = rest.prefix { $0 != "----" && !$0.isEmpty }
                rest = rest.dropFirst(commands.count)
                if rest.first == "----" { rest = rest.dropFirst() }
                let output = rest.prefix { !$0.isEmpty }
                rest = rest.dropFirst(output.count)
                parts.append(.step(commands: Array(commands), output: Array(output)))
            }
        }
        return parts
    }

    var text: String {
        let lines = parts.flatMap { part in
            switch part {
            case .text(let lines): lines
            case .step(let commands, let output): commands + ["----"] + output
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func write() throws {
        try text.write(to: Self.url(name), atomically: true, encoding: .utf8)
    }
}
