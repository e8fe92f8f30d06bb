internal import Glibc
package import TLS

/// The files of this machine.
///
/// Unsafe calls: `fstat` fills a structure that lives on this stack, and `read` is given the buffer's own size. The
/// descriptor is closed on every way out.
package struct LocalFiles: FileReading {
    package init() {}

    package func read(_ path: String, limit: Int) throws(FileProblem) -> FileContents {
        // A NUL would end the path early and so open another file than the one that was named.
        guard !path.utf8.contains(0) else { throw .unreadable(reason: "the path holds a NUL") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.lastProblem() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.lastProblem() }

        // The size that the system tells is no use for pipes, so the limit holds for what is really read.
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.lastProblem()
            }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
            guard bytes.count <= limit else { throw .larger(thanBytes: limit) }
        }
        return FileContents(
            bytes: bytes,
            isReadableByGroup: status.st_mode & S_IRGRP != 0,
            isReadableByOthers: status.st_mode & S_IROTH != 0
        )
    }

    package func check(_ settings: TLSServerSettings) throws(TLSContextError) {
        _ = try TLSContext(server: settings)
    }

    package func check(_ settings: TLSClientSettings) throws(TLSContextError) {
        _ = try TLSContext(client: settings)
    }

    private static func lastProblem() -> FileProblem {
        .unreadable(reason: String(cString: strerror(errno)))
    }
}
