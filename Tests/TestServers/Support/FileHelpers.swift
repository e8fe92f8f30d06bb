internal import Foundation

/// The last lines of a log, for the message of a test that failed.
package func tail(of file: String, lines: Int = 15) -> String {
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? "(no \(file))"
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
}

package func contents(of file: String) throws -> String {
    try String(contentsOfFile: file, encoding: .utf8)
}

/// Writes a file that only its owner can read.
package func write(_ text: String, to file: String) throws {
    guard
        FileManager.default.createFile(atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw TestServerError("cannot write \(file)") }
}

package func removeTree(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
}

/// The folder of this package's sources, found from this file's place in it.
package func packageRoot() -> String {
    var path = #filePath[...]
    // Tests/TestServers/Support/FileHelpers.swift
    for _ in 0..<4 { path = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) }
    return String(path)
}

/// The name of the operating system's user that the tests run as.
package func userName() -> String? {
    NSUserName().isEmpty ? nil : NSUserName()
}
