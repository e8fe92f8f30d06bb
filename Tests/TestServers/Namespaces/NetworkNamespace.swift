internal import Foundation
internal import Glibc

/// A network namespace of Linux: interfaces, addresses, ports and packet filter of its own.
///
/// It has no name in `/run/netns`: it exists as long as a process is in it. One that does nothing holds it open and
/// ends with the last reference or with the test process, so that nothing is left whatever happens, and any number of
/// test processes may use the same addresses at the same time.
package final class NetworkNamespace: Sendable {
    private let holder: ChildProcess
    private let directory: String

    /// Makes a namespace in which nothing is up but the loopback interface.
    package static func make(_ name: String) async throws -> NetworkNamespace {
        let directory = try TemporaryRoot.makeDirectory("namespace-\(name)")
        let holder = try await ChildProcess.start(
            "unshare",
            ["--net", "--", "sleep", "infinity"],
            outputFile: directory + "/holder.log"
        )
        let namespace = NetworkNamespace(holder: holder, directory: directory)
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        try await waitUntil("there is a network namespace \(name)") {
            guard holder.isRunning else { return true }
            return try FileManager.default.destinationOfSymbolicLink(atPath: namespace.path) != own
        }
        guard holder.isRunning else {
            throw TestServerError("cannot make a network namespace: \(tail(of: directory + "/holder.log"))")
        }
        try await namespace.configure(by: "ip", ["link set lo up"])
        return namespace
    }

    private init(holder: ChildProcess, directory: String) {
        self.holder = holder
        self.directory = directory
    }

    deinit { remove() }

    /// The file that stands for it, for nsenter(1) and setns(2).
    var path: String { "/proc/\(holder.pid)/ns/net" }

    /// By which `ip link … netns` finds it.
    var holderID: Int32 { holder.pid }

    /// Lets go of it; the kernel removes it with the last process in it.
    package func remove() {
        holder.kill(SIGKILL)
        removeTree(directory)
    }

    /// Feeds lines to `ip -batch` or to `nft -f` in this namespace.
    ///
    /// - Throws: `TestServerError` with what the program says, if a line fails.
    func configure(by program: String, _ lines: [String]) async throws {
        let folder = try TemporaryRoot.makeDirectory(program)
        defer { removeTree(folder) }
        try write(lines.joined(separator: "\n") + "\n", to: folder + "/input")
        let child = try await ChildProcess.start(
            program,
            [program == "ip" ? "-batch" : "-f", folder + "/input"],
            outputFile: folder + "/output",
            namespace: self
        )
        let exit = await child.waitForExit()
        guard exit == .code(0) else {
            throw TestServerError("\(program): \(tail(of: folder + "/output"))\n\(lines.joined(separator: "\n"))")
        }
    }

    /// Moves the calling thread into this namespace: sockets that it opens from now on belong there.
    ///
    /// For threads that end soon, since nothing moves them back.
    func enter() throws {
        // Hidden from Swift behind _GNU_SOURCE.
        typealias Function = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(nil, "setns") else { throw TestServerError("no setns") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestServerError("cannot open \(path)") }
        defer { close(descriptor) }
        // CLONE_NEWNET of <sched.h>.
        guard unsafeBitCast(symbol, to: Function.self)(descriptor, 0x4000_0000) == 0 else {
            throw TestServerError("setns: \(String(cString: strerror(errno)))")
        }
    }
}

extension NetworkNamespace {
    /// Why namespaces cannot be made here; nil if they can. Tried once, in a namespace that is gone afterwards.
    package static let obstacle: String? = {
        let trial = """
            command -v ip >/dev/null || { echo 'iproute2 is not installed'; exit 1; }
            command -v nft >/dev/null || { echo 'nftables is not installed'; exit 1; }
            unshare --net -- sh -ec '
                ip link add bridge0 type bridge
                ip link add port1 type veth peer name eth0
                nft add table inet faults
            '
            """
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "PATH=$PATH:/usr/sbin:/sbin; \(trial)"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch { return "\(error)" }
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus != 0 else { return nil }
        let reason = said.split(separator: "\n").joined(separator: "; ")
        return "no network namespaces here (root, iproute2 and nftables are needed): \(reason)"
    }()
}
