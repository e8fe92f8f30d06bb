internal import Glibc

/// Tells why a file cannot be read in the operating system's words, which OpenSSL's errors hide.
enum FileAccess {
    /// Far more than a chain or a bundle of authorities has, in bytes.
    static let maximumByteCount = 16 << 20

    static func check(_ file: String) throws(TLSContextError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: file, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(file: file, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(file: file, reason: "not a regular file") }
        guard status.st_size <= maximumByteCount else { throw .unreadable(file: file, reason: "too large") }
    }
}
