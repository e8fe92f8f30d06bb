internal import Foundation

/// What the targets begin with, read from a folder, and where failures are kept.
package struct Corpus: Sendable {
    package let directory: String
    /// Recordings as they are in the files, by the files' order.
    let sessions: [[UInt8]]
    /// Statements, one each.
    let statements: [[UInt8]]

    /// The folder beside this target's sources.
    package static var defaultDirectory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("corpus").path
    }

    /// - Parameters:
    ///   - longestSession: recordings that unfold to more are left out, in bytes.
    /// - Throws: if the folder cannot be read or holds no recording.
    package init(directory: String = Corpus.defaultDirectory, longestSession: Int = .max) throws {
        self.directory = directory
        sessions = try Self.files(in: directory + "/session", ending: ".session")
            .filter { RecordedSession($0).map { $0.length <= longestSession } ?? false }
        guard !sessions.isEmpty else { throw FuzzFailure("no recordings in \(directory)/session") }
        statements = try Self.files(in: directory + "/tokenizer", ending: ".sql")
            .flatMap { $0.split(separator: UInt8(ascii: "\n")).map { Array($0) } }
    }

    /// Inputs of earlier failures of a target.
    package func kept(_ target: FuzzTargets) throws -> [[UInt8]] {
        let folder = "\(directory)/\(target.rawValue)"
        return try FileManager.default.fileExists(atPath: folder) ? Self.files(in: folder, starting: "crash-") : []
    }

    /// - Returns: the file's path.
    package func keep(_ input: [UInt8], of target: FuzzTargets, seed: UInt64, iteration: UInt64) throws -> String {
        let folder = "\(directory)/\(target.rawValue)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/crash-\(seed)-\(iteration)"
        try Data(input).write(to: URL(fileURLWithPath: path))
        return path
    }

    package static func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private static func files(in folder: String, starting: String = "", ending: String = "") throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix(starting) && $0.hasSuffix(ending) }
            .sorted()
            .map { try bytes(of: "\(folder)/\($0)") }
    }
}
