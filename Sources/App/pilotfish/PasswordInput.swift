internal import Glibc

/// A password from a pipe or, without echo, from a terminal.
struct PasswordInput {
    /// Far more than anybody types; the limit of what one line may hold in memory.
    static let maximumByteCount = 4096

    let descriptor: Int32

    /// - Returns: at least one byte, without the line's end.
    func read() throws(PasswordInputError) -> [UInt8] {
        guard isatty(descriptor) == 1 else {
            let line = try readLine()
            guard !line.isEmpty else { throw .empty }
            return line
        }
        let first = try HiddenTerminalLine(descriptor: descriptor).read(prompt: "Password: ")
        guard !first.isEmpty else { throw .empty }
        let second = try HiddenTerminalLine(descriptor: descriptor).read(prompt: "The same again: ")
        guard first == second else { throw .different }
        return first
    }

    private func readLine() throws(PasswordInputError) -> [UInt8] {
        var line: [UInt8] = []
        while let byte = try nextByte(of: descriptor), byte != UInt8(ascii: "\n") {
            guard line.count < Self.maximumByteCount else { throw .tooLong }
            line.append(byte)
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}

enum PasswordInputError: Error, Hashable {
    case empty
    case different
    case tooLong
    case interrupted
    case unreadable(reason: String)

    var message: String {
        switch self {
        case .empty: "the password is empty; give one on standard input"
        case .different: "the two passwords differ"
        case .tooLong: "the password is longer than \(PasswordInput.maximumByteCount) bytes"
        case .interrupted: "interrupted"
        case .unreadable(let reason): "standard input cannot be read: \(reason)"
        }
    }
}

/// One line typed at a terminal that does not show it.
///
/// The terminal also stops making signals and lines of the keys: so an interrupt comes here as a byte, and the
/// terminal is put back before the command ends.
private struct HiddenTerminalLine {
    let descriptor: Int32

    func read(prompt: String) throws(PasswordInputError) -> [UInt8] {
        var saved = termios()
        guard tcgetattr(descriptor, &saved) == 0 else { throw lastProblem() }
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        guard tcsetattr(descriptor, TCSADRAIN, &hidden) == 0 else { throw lastProblem() }
        defer {
            // Bytes that wait stay where they are: both lines may have been pasted at once.
            tcsetattr(descriptor, TCSADRAIN, &saved)
            StandardError.write("\n")
        }
        StandardError.write(prompt)
        return try edit()
    }

    private func edit() throws(PasswordInputError) -> [UInt8] {
        var line: [UInt8] = []
        while let byte = try nextByte(of: descriptor) {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                return line
            case 0x03, 0x1c:  // Ctrl-C, Ctrl-\
                throw .interrupted
            case 0x04:  // Ctrl-D
                return line
            case 0x08, 0x7f:  // Backspace takes one character, whose later bytes begin with the bits 10
                while let last = line.popLast(), last & 0xc0 == 0x80 {}
            case 0x15:  // Ctrl-U
                line.removeAll()
            default:
                guard line.count < PasswordInput.maximumByteCount else { throw .tooLong }
                line.append(byte)
            }
        }
        return line
    }
}

/// - Returns: nil at the end of the input.
private func nextByte(of descriptor: Int32) throws(PasswordInputError) -> UInt8? {
    var byte: UInt8 = 0
    while true {
        // `read` writes at most the one byte that there is room for.
        switch Glibc.read(descriptor, &byte, 1) {
        case 1: return byte
        case 0: return nil
        default:
            if errno != EINTR { throw lastProblem() }
        }
    }
}

private func lastProblem() -> PasswordInputError {
    .unreadable(reason: String(cString: strerror(errno)))
}
