internal import Foundation
internal import Glibc
internal import Synchronization

/// A process that belongs to the tests: it never outlives them, and only it is ever signalled.
///
/// `setpriv --pdeathsig` has the kernel kill it when its parent thread ends, however the test process ends; that is why
/// all children are started from one thread that lives as long as the process.
package final class ChildProcess: Sendable {
    package enum Exit: Hashable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    package let pid: Int32
    private let exitStatus = Mutex<Exit?>(nil)

    /// - Parameters:
    ///   - executable: a path, or a name to look up in PATH.
    ///   - outputFile: takes standard output and standard error, appended; standard input is empty.
    ///   - namespace: the network that it is on; nil for that of the tests.
    package static func start(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        inputFile: String = "/dev/null",
        outputFile: String,
        namespace: NetworkNamespace? = nil
    ) async throws -> ChildProcess {
        // A sidecar takes its variables for settings.
        var inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PILOTFISH_") }
        // Debian has mariadbd where the PATH of ordinary users does not look.
        inherited["PATH"] = (inherited["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/usr/local/sbin"
        let variables = inherited.merging(environment) { $1 }
        let entering = namespace.map { ["nsenter", "--net=\($0.path)", "--"] } ?? []
        let child = try await Spawner.shared.run {
            ChildProcess(
                pid: try spawn(
                    ["setpriv", "--pdeathsig", "KILL", "--"] + entering + [executable] + arguments,
                    environment: variables,
                    inputFile: inputFile,
                    outputFile: outputFile
                )
            )
        }
        Thread.detachNewThread { child.awaitExit() }
        return child
    }

    private init(pid: Int32) {
        self.pid = pid
    }

    deinit { kill(SIGKILL) }

    /// Nil while it runs.
    package var exit: Exit? { exitStatus.withLock { $0 } }

    package var isRunning: Bool { exit == nil }

    /// - Parameter signal: sent only while the process has not been waited for, so never to another with its number.
    package func kill(_ signal: Int32) {
        exitStatus.withLock { if $0 == nil { _ = Glibc.kill(pid, signal) } }
    }

    /// Stops it, and waits until none of its threads runs any more: on a busy machine they go on for a while after the
    /// signal was sent.
    package func pause() async throws {
        kill(SIGSTOP)
        try await waitUntil("process \(pid) stands still", every: .milliseconds(1)) { hasStopped }
    }

    private var hasStopped: Bool {
        exitStatus.withLock {
            var info = siginfo_t()
            return $0 != nil
                || waitid(P_PID, id_t(pid), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
        }
    }

    /// - Returns: how it ended; nil if it still runs at the deadline.
    package func waitForExit(deadline: Duration = .seconds(120)) async -> Exit? {
        try? await waitFor("process \(pid) ends", deadline: deadline, every: .milliseconds(5)) { self.exit }
    }

    /// Memory that it holds at this moment (VmRSS); nil once it has ended.
    package var residentKilobytes: Int? {
        guard isRunning, let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else {
            return nil
        }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
    }

    private func awaitExit() {
        var info = siginfo_t()
        // The process stays in the table until it is waited for below, under the lock that `kill` takes.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        exitStatus.withLock { exit in
            var status: Int32 = 0
            _ = waitpid(pid, &status, 0)
            let signal = status & 0x7f
            exit = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
        }
    }
}

private func spawn(
    _ words: [String],
    environment: [String: String],
    inputFile: String,
    outputFile: String
) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, inputFile, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    closeOthers(&actions)

    // A child begins with no signal blocked or ignored, whatever the test runner does with its own.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var argv = words.map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, words[0], &actions, &attributes, &argv, &envp)
    guard status == 0 else {
        throw TestServerError("cannot start \(words.joined(separator: " ")): \(String(cString: strerror(status)))")
    }
    return pid
}

/// The thread that all children have for their parent. It never ends.
private final class Spawner: Sendable {
    static let shared = Spawner()

    private let condition = NSCondition()
    private let queue = Mutex<[@Sendable () -> Void]>([])

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                condition.lock()
                while queue.withLock(\.isEmpty) { condition.wait() }
                condition.unlock()
                queue.withLock { $0.removeFirst() }()
            }
        }
    }

    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            condition.lock()
            queue.withLock { $0.append { continuation.resume(with: Swift.Result { try body() }) } }
            condition.signal()
            condition.unlock()
        }
    }
}

/// Sockets that other tests have open just now would otherwise live on in the child: a port stays taken, a connection
/// does not end.
private func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
    // Of glibc since 2.34, and hidden from Swift behind _GNU_SOURCE.
    typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
    _ = unsafeBitCast(symbol, to: Function.self)(&actions, 3)
}
