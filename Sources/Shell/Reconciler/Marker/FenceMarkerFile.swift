internal import Glibc

/// Where the marker is kept, durably.
struct FenceMarkerFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let name = "fence"
    /// More than a marker ever has.
    private static let maximumBytes = 1_000

    private let folder: String
    private var path: String { folder + "/" + Self.name }

    init(folder: String) { self.folder = folder }

    /// - Returns: nil if there is none.
    /// - Throws: `Failure` if it cannot be read: that is no sign that there is none.
    func read() throws(Failure) -> FenceMarker? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            // A folder that is not there holds nothing.
            guard errno == ENOENT else { throw failure("read", errno) }
            return nil
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw failure("read", errno) }
        guard let marker = FenceMarker(text: String(decoding: bytes.prefix(count), as: UTF8.self)) else {
            throw Failure(description: "\(path) is not what this version writes")
        }
        return marker
    }

    /// Under another name first, so that there is never half a marker.
    func write(_ marker: FenceMarker) throws(Failure) {
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write", errno) }
        let bytes = Array(marker.text.utf8)
        let isWritten =
            bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count && fsync(file) == 0
        let number = errno
        close(file)
        guard isWritten else { throw failure("write", number) }
        guard rename(draft, path) == 0 else { throw failure("write", errno) }
        try syncFolder()
    }

    func remove() throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", errno) }
        try syncFolder()
    }

    private func syncFolder() throws(Failure) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("sync", errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("sync", errno) }
    }

    private func failure(_ what: String, _ number: Int32) -> Failure {
        Failure(description: "cannot \(what) \(path): \(strerror(number).map { String(cString: $0) } ?? "\(number)")")
    }
}
