import Glibc
import TestServers
import Testing

@Suite struct ChildProcessTests {
    /// Otherwise tests that run side by side hold each other's ports and connections open.
    @Test func `a child gets nothing of this process but its three streams`() async throws {
        let leaking = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(leaking) }
        let directory = try TemporaryRoot.makeDirectory("child")
        defer { removeTree(directory) }
        let child = try await ChildProcess.start("ls", ["/proc/self/fd"], outputFile: directory + "/output")
        #expect(await child.waitForExit() == .code(0))
        // The fourth is the folder that is being listed.
        #expect(try contents(of: directory + "/output").split(separator: "\n") == ["0", "1", "2", "3"])
    }
}
