internal import Glibc

/// Lines for people, beside a command's output.
enum StandardError {
    static func print(_ line: String) {
        write(line + "\n")
    }

    /// Without a line break, for a prompt.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            // Without buffers of its own, so that a prompt is seen at once.
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
