internal import Glibc

/// Lines for people, beside a command's output.
enum StandardError {
    static func print(_ line: String) {
        write(line + "\n")
    }

    /// In bytes: PIPE_BUF of Linux.
    private static let roomOfReadyPipe = 4096

    /// Without a line break, for a prompt. What nobody takes within a second is lost: a pipe that is full and not read
    /// must not keep a command from its end.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            let count = poll(&ready, 1, 1_000)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            // Without buffers of its own, so that a prompt is seen at once; a pipe that is ready has room for so much.
            let written = rest.prefix(roomOfReadyPipe).withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
