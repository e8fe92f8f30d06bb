package import TLS

/// Reads the files that a configuration names; tests give one of their own.
package protocol FileReading: Sendable {
    /// - Parameter limit: the greatest size in bytes.
    /// - Throws: `FileProblem` if there is no such file, it cannot be read, or it is larger.
    func read(_ path: String, limit: Int) throws(FileProblem) -> FileContents

    /// Loads certificates and keys as the listener does, and lets go of them again.
    ///
    /// - Throws: `TLSContextError`, which names the file.
    func check(_ settings: TLSServerSettings) throws(TLSContextError)

    /// The same as a client of mysqld does it.
    func check(_ settings: TLSClientSettings) throws(TLSContextError)
}

/// A file's bytes and who may read them.
package struct FileContents: Hashable, Sendable {
    package var bytes: [UInt8]
    package var isReadableByGroup: Bool
    package var isReadableByOthers: Bool

    package init(bytes: [UInt8], isReadableByGroup: Bool = false, isReadableByOthers: Bool = false) {
        self.bytes = bytes
        self.isReadableByGroup = isReadableByGroup
        self.isReadableByOthers = isReadableByOthers
    }
}

/// Why a file was not read.
package enum FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// - Parameter reason: the system's words, for example `No such file or directory`.
    case unreadable(reason: String)
    case larger(thanBytes: Int)

    package var description: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .larger(let limit): "is larger than \(limit / 1024) KiB"
        }
    }
}
