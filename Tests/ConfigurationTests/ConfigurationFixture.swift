import Configuration
import Foundation
import TLS
import Testing

/// Files that are only in memory.
struct FakeFiles: FileReading {
    var contents: [String: FileContents] = [:]

    func read(_ path: String, limit: Int) throws(FileProblem) -> FileContents {
        guard let file = contents[path] else { throw .unreadable(reason: "No such file or directory") }
        guard file.bytes.count <= limit else { throw .larger(thanBytes: limit) }
        return file
    }

    /// Takes every file for what it should be, but for the expired one.
    func check(_ settings: TLSServerSettings) throws(TLSContextError) {
        try check(settings.identity)
        switch settings.clientVerification {
        case .off: break
        case .optional(let file), .required(let file): try check(file)
        }
    }

    func check(_ settings: TLSClientSettings) throws(TLSContextError) {
        if let identity = settings.identity { try check(identity) }
        switch settings.verification {
        case .authority(.file(let file)), .authorityAndName(.file(let file)): try check(file)
        case .off, .authority(.system), .authorityAndName(.system): break
        }
    }

    private func check(_ identity: TLSIdentity) throws(TLSContextError) {
        try check(identity.certificateChainFile)
        try check(identity.privateKeyFile)
    }

    private func check(_ file: String) throws(TLSContextError) {
        guard contents[file] != nil else { throw .unreadable(file: file, reason: "No such file or directory") }
        guard file != "/expired.pem" else { throw .expired(file: file, at: "Nov 21 08:00:00 2025 GMT") }
    }

    static let exampleKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    /// The files that the example names, and some that are wrong.
    static let standard = FakeFiles(contents: [
        "/etc/pilotfish/gossip.keys": FileContents(bytes: Array(exampleKey.utf8)),
        "/etc/pilotfish/mysqld.password": FileContents(bytes: Array("s3cret-of-mysqld\n".utf8)),
        "/etc/pilotfish/server.pem": FileContents(bytes: []),
        "/etc/pilotfish/server.key": FileContents(bytes: []),
        "/c.pem": FileContents(bytes: []),
        "/ca.pem": FileContents(bytes: []),
        "/expired.pem": FileContents(bytes: []),
        "/k.pem": FileContents(bytes: [], isReadableByGroup: true),
        "/open.pem": FileContents(bytes: [], isReadableByOthers: true),
        "/windows.password": FileContents(bytes: Array("s3cret\r\nsecond line\n".utf8)),
        "/open.password": FileContents(bytes: Array("s3cret".utf8), isReadableByGroup: true, isReadableByOthers: true),
        "/world.keys": FileContents(bytes: Array(exampleKey.utf8), isReadableByGroup: true, isReadableByOthers: true),
        "/group.password": FileContents(bytes: Array("s3cret".utf8), isReadableByGroup: true),
        "/empty.password": FileContents(bytes: []),
        "/blank.password": FileContents(bytes: Array("\nsecond".utf8)),
        "/binary.password": FileContents(bytes: [0xff, 0xfe, 0x41]),
        "/nul.password": FileContents(bytes: [0x41, 0x00, 0x42]),
        "/large.password": FileContents(bytes: [UInt8](repeating: 0x41, count: 100_000)),
        "/open.keys": FileContents(bytes: Array(exampleKey.utf8), isReadableByGroup: true),
        "/bad.keys": FileContents(bytes: Array("# ring\nnot-a-key\n".utf8)),
    ])
}

/// Reads a text as `p.yaml` on the host `db1`.
func parse(
    _ yaml: String?,
    environment: [String: String] = [:],
    hostName: String = "db1"
) throws(ConfigurationErrors) -> LoadedConfiguration {
    try Configuration.parse(
        yaml,
        fileName: yaml == nil ? nil : "p.yaml",
        environment: environment,
        hostName: hostName,
        files: FakeFiles.standard
    )
}

/// The error lines of a text; empty if it is right.
func errorLines(
    _ yaml: String?,
    environment: [String: String] = [:],
    hostName: String = "db1"
) -> [String] {
    do {
        _ = try parse(yaml, environment: environment, hostName: hostName)
        return []
    } catch {
        return error.lines
    }
}

/// The repository's root, found from this file's place in it.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
