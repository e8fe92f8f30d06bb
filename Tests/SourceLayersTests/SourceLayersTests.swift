import Foundation
import Testing

/// The folders of Sources say what may know what: App → Shell → System → Core.
@Suite struct SourceLayersTests {
    enum Layer: String, CaseIterable, Comparable {
        case core = "Core"
        case system = "System"
        case shell = "Shell"
        case app = "App"

        static func < (left: Layer, right: Layer) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    struct SourceFile {
        var layer: Layer
        var target: String
        var path: String
        /// Without comments and texts in quotes.
        var lines: [String]

        var imports: [String] {
            lines.filter { $0.contains("import ") }.compactMap {
                $0.wholeMatch(of: /\s*(?:@\w+\s+)*(?:\w+ )?import (\w+)\s*/)?.1
            }.map(String.init)
        }
    }

    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources")

    /// Read once: there are many lines.
    private static let readFiles = Result { try readAll() }

    static func files() throws -> [SourceFile] { try readFiles.get() }

    private static func readAll() throws -> [SourceFile] {
        var files: [SourceFile] = []
        for layer in Layer.allCases {
            let folder = sources.appendingPathComponent(layer.rawValue)
            let entries = try #require(FileManager.default.enumerator(atPath: folder.path))
            for case let path as String in entries where path.hasSuffix(".swift") {
                let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(code)
                let target = String(path.prefix { $0 != "/" })
                files.append(SourceFile(layer: layer, target: target, path: "\(layer.rawValue)/\(path)", lines: lines))
            }
        }
        return files
    }

    /// A line without its comment and what is in quotes.
    private static func code(_ line: Substring) -> String {
        var code: [UInt8] = []
        var (isQuoted, isEscaped) = (false, false)
        for byte in line.utf8 {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                code.append(byte)
            case _ where isQuoted: break
            case UInt8(ascii: "/"): return String(decoding: code, as: UTF8.self)
            default: code.append(byte)
            }
        }
        return String(decoding: code, as: UTF8.self)
    }

    @Test func `no file lies outside the layers, and every layer has files`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
        #expect(Set(folders) == Set(Layer.allCases.map(\.rawValue)))
        #expect(Set(try Self.files().map(\.layer)) == Set(Layer.allCases))
    }

    @Test func `a layer imports what is below it, and no shell another`() throws {
        let files = try Self.files()
        let layers = Dictionary(files.map { ($0.target, $0.layer) }) { first, _ in first }
        for file in files {
            for name in file.imports where name != file.target {
                guard let layer = layers[name] else { continue }
                let isAllowed = layer < file.layer || (layer == file.layer && layer != .shell)
                #expect(isAllowed, "\(file.path) imports \(name) of \(layer.rawValue)")
            }
        }
    }

    @Test func `a core imports other cores and bytes alone`() throws {
        let files = try Self.files()
        let allowed = Set(files.filter { $0.layer == .core }.map(\.target) + ["NIOCore"])
        for file in files where file.layer == .core {
            for name in file.imports where !allowed.contains(name) {
                Issue.record("\(file.path) imports \(name)")
            }
        }
    }

    @Test func `the configuration knows neither services nor what they serve with`() throws {
        let files = try Self.files()
        let libraries = ["Cryptography", "TLS", "YAML", "Glibc"]
        let allowed = Set(files.filter { $0.layer == .core }.map(\.target) + libraries)
        let configuration = files.filter { $0.target == "Configuration" }
        #expect(!configuration.isEmpty)
        for file in configuration {
            for name in file.imports where !allowed.contains(name) { Issue.record("\(file.path) imports \(name)") }
        }
    }

    @Test func `boot time, by which decisions are made, is read in one place`() throws {
        let readers = try Self.files().filter { $0.lines.contains { $0.contains("CLOCK_BOOTTIME") } }
        #expect(readers.map(\.path) == ["System/Clocks/Clocks.swift"])
    }

    /// What would give a core a clock, a thread, a task, randomness of its own or the outside world.
    private static let outside: Set<Substring> = [
        "ContinuousClock", "SuspendingClock", "NIODeadline", "Task", "async", "await", "actor", "Mutex", "Atomic",
        "Logger", "print", "readLine", "SystemRandomNumberGenerator", "CommandLine",
    ]
    private static let outsidePrefixes = ["EventLoop", "ChannelHandler"]
    /// Without a generator that is given.
    private static var random: Regex<Substring> { /\.random\(in: [^,]*\)|\.shuffled\(\)|\.randomElement\(\)/ }

    private static func outside(_ line: String) -> Substring? {
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        for word in words {
            if outside.contains(word) || outsidePrefixes.contains(where: word.hasPrefix) { return word }
        }
        guard words.contains(where: { ["random", "shuffled", "randomElement"].contains($0) }) else { return nil }
        return line.firstMatch(of: random)?.output
    }

    @Test(arguments: [
        ("let task = Task { await x() }", true), ("func f() async throws", true), ("let loop: any EventLoop", true),
        ("final class A: ChannelHandlerContext", true), ("x.random(in: 1...2)", true), ("a.shuffled()", true),
        ("x.random(in: 1...2, using: &generator)", false), ("let factor = taskCount", false), ("is_async_", false),
    ])
    func `what a core must not have is found in a line`(line: String, isFound: Bool) {
        #expect((Self.outside(line) != nil) == isFound)
    }

    @Test func `a core has no clock, task, thread, logger or randomness of its own`() throws {
        for file in try Self.files() where file.layer == .core {
            for (number, line) in file.lines.enumerated() {
                if let found = Self.outside(line) { Issue.record("\(file.path):\(number + 1) uses \(found)") }
            }
        }
    }
}
