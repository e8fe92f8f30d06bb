import Foundation
import TestServers

/// A program at a terminal of its own, as a person would use it.
enum Terminal {
    /// What to wait for in the program's output, and what to type then.
    struct Step {
        var expected: String
        var typed: String
    }

    /// - Returns: all that the terminal showed.
    /// - Throws: `TestServerError` if an expected text does not come within half a minute.
    static func run(_ command: [String], _ steps: [Step]) async throws -> String {
        let directory = try TemporaryRoot.makeDirectory("terminal")
        defer { removeTree(directory) }
        let input = try JSONSerialization.data(withJSONObject: steps.map { [$0.expected, $0.typed] })
        try write(String(decoding: input, as: UTF8.self), to: directory + "/steps")
        let python = try await ChildProcess.start(
            "python3",
            ["-c", script, directory + "/steps"] + command,
            outputFile: directory + "/output"
        )
        let exit = await python.waitForExit()
        let output = try contents(of: directory + "/output")
        guard exit == .code(0) else { throw TestServerError("\(command[0]) at a terminal: \(output)") }
        return output
    }

    /// Types each text when the one before it has appeared, and ends the program at last.
    private static let script = """
        import json, os, pty, select, signal, sys, time
        steps = json.load(open(sys.argv[1]))
        os.environ["TERM"] = "xterm"
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(sys.argv[2], sys.argv[2:])
        shown, seen, failure = b"", 0, None
        for expected, typed in steps:
            deadline = time.monotonic() + 30
            while shown.find(expected.encode(), seen) < 0:
                readable, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
                try:
                    more = os.read(terminal, 65536) if readable else b""
                except OSError:
                    more = b""
                if not more:
                    failure = expected
                    break
                shown += more
            if failure is not None:
                break
            seen = shown.find(expected.encode(), seen) + len(expected.encode())
            os.write(terminal, typed.encode())
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        sys.stdout.buffer.write(shown)
        if failure is not None:
            print("\\nnot shown:", repr(failure))
            sys.exit(1)
        """
}
