internal import Glibc

/// The store's files, before SQLite sees them.
enum StoreFiles {
    /// More than a log of ours ever has; what is longer is not read into memory.
    private static let maximumLogBytes = 512 << 20

    /// - Throws: `StoreFailure` if the write-ahead log is damaged, or cannot be read.
    static func check(_ path: String) throws(StoreFailure) {
        let log = path + "-wal"
        let file = open(log, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ENOENT else { throw .other("cannot read \(log): \(words(errno))") }
            return
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .other("cannot read \(log): \(words(errno))") }
        guard status.st_size <= maximumLogBytes else { throw .corrupt("a write-ahead log of \(status.st_size) bytes") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .other("cannot read \(log): \(count < 0 ? words(errno) : "it ends early")") }
            filled += count
        }
        guard WriteAheadLog.isWhole(bytes) else { throw .corrupt("its write-ahead log is not what was written") }
    }

    private static func words(_ error: Int32) -> String {
        strerror(error).map { String(cString: $0) } ?? "error \(error)"
    }
}
