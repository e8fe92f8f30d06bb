/// A file whose first line is a password.
package enum PasswordFile {
    private static let maximumByteCount = 64 * 1024

    enum Problem: Error, CustomStringConvertible {
        case isEmpty
        case isNotText

        var description: String {
            switch self {
            case .isEmpty: "has no password on its first line"
            case .isNotText: "holds no text in UTF-8"
            }
        }
    }

    static func password(in bytes: [UInt8]) throws(Problem) -> Secret {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let password = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard !password.isEmpty else { throw .isEmpty }
        guard !password.contains(0), let text = String(validating: password, as: UTF8.self) else { throw .isNotText }
        return Secret(text)
    }

    /// - Returns: nil if the file cannot be read now, or holds no password.
    package static func read(_ path: String) -> Secret? {
        guard let contents = try? LocalFiles().read(path, limit: maximumByteCount) else { return nil }
        return try? password(in: contents.bytes)
    }
}
