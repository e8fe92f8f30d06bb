internal import Foundation
internal import Glibc

/// A `pilotfish serve` of the test's own: the executable that was built with the tests.
package actor PilotfishProcess {
    package nonisolated let configuration: SidecarConfiguration
    package nonisolated let directory: String
    /// The network that it is on; nil for that of the tests.
    package nonisolated let namespace: NetworkNamespace?
    private var child: ChildProcess?

    package nonisolated var sqlPort: UInt16 { configuration.sqlPort }
    package nonisolated var log: String { directory + "/pilotfish.log" }
    package nonisolated var configurationFile: String { directory + "/pilotfish.yaml" }

    /// The executable beside the test bundle, unless PILOTFISH_BINARY names another.
    package static var binary: String {
        if let path = ProcessInfo.processInfo.environment["PILOTFISH_BINARY"], !path.isEmpty { return path }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex) + "/pilotfish"
    }

    /// Writes the configuration; `start` runs it.
    package init(_ configuration: SidecarConfiguration, namespace: NetworkNamespace? = nil) throws {
        directory = try TemporaryRoot.makeDirectory("sidecar-\(configuration.nodeName)")
        var configuration = configuration
        if configuration.electionLines != nil, configuration.dataDirectory == nil {
            configuration.dataDirectory = directory + "/quorum"
            try FileManager.default.createDirectory(atPath: directory + "/quorum", withIntermediateDirectories: false)
        }
        self.configuration = configuration
        self.namespace = namespace
        try write(configuration.yaml, to: directory + "/pilotfish.yaml")
    }

    deinit {
        child?.kill(SIGKILL)
        removeTree(directory)
    }

    package var isRunning: Bool { child?.isRunning == true }

    package var pid: Int32? { child?.isRunning == true ? child?.pid : nil }

    package var residentKilobytes: Int? { child?.residentKilobytes }

    /// What the threads call themselves.
    package var threadNames: [String] {
        get throws {
            let tasks = "/proc/\(pid ?? 0)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap {
                try? contents(of: "\(tasks)/\($0)/comm")
            }
        }
    }

    /// How the last run ended; nil while it runs.
    package var exit: ChildProcess.Exit? { child?.exit }

    /// Starts it and waits until it says that it is ready: its own member is in the tables then.
    ///
    /// - Parameter core: the only one that it may run on; nil for all.
    package func start(core: Int? = nil, deadline: Duration = .seconds(120)) async throws {
        guard child?.isRunning != true else { return }
        let starts = readyCount
        let command =
            (core.map { ["taskset", "-c", "\($0)"] } ?? []) + [Self.binary, "serve", "--config", configurationFile]
        let child = try await ChildProcess.start(
            command[0],
            Array(command.dropFirst()),
            outputFile: log,
            namespace: namespace
        )
        self.child = child
        do {
            try await waitUntil("pilotfish is ready on port \(sqlPort)", deadline: deadline) {
                !child.isRunning || readyCount > starts
            }
            if let exit = child.exit { throw TestServerError("pilotfish ended while starting: \(exit)") }
        } catch {
            child.kill(SIGKILL)
            throw TestServerError("\(error)\n\(tail(of: log))")
        }
    }

    /// How often the log says that a run is ready; runs share the file.
    private var readyCount: Int {
        ((try? contents(of: log)) ?? "").split(separator: "\n").count { $0.contains(" pilotfish: ready ") }
    }

    /// Ends it in order (SIGTERM), and waits until it is gone.
    ///
    /// - Returns: how it ended; nil if it still runs at the deadline.
    @discardableResult
    package func terminate(deadline: Duration = .seconds(120)) async -> ChildProcess.Exit? {
        child?.kill(SIGTERM)
        return await child?.waitForExit(deadline: deadline)
    }

    /// Ends it without a chance to say goodbye, and waits until it is gone.
    package func kill9() async {
        child?.kill(SIGKILL)
        _ = await child?.waitForExit()
    }

    /// Writes another configuration and sends SIGHUP.
    package func reload(_ configuration: SidecarConfiguration) throws {
        try replaceFile(configuration)
        child?.kill(SIGHUP)
    }

    /// Writes another configuration, for the next start.
    package func replaceFile(_ configuration: SidecarConfiguration) throws {
        try write(configuration.yaml, to: configurationFile)
    }

    /// Sends SIGHUP.
    package func hangUp() {
        child?.kill(SIGHUP)
    }

    package func pause() async throws {
        try await child?.pause()
    }

    package func resume() {
        child?.kill(SIGCONT)
    }

    /// Ends the process and removes its folder.
    package func remove() async {
        await kill9()
        removeTree(directory)
    }

    /// Runs the executable to its end, for commands other than `serve`.
    ///
    /// - Parameter input: its standard input.
    /// - Returns: its standard output and error together, and how it ended.
    package static func run(
        _ arguments: [String],
        input: String = ""
    ) async throws -> (output: String, exit: ChildProcess.Exit?) {
        let directory = try TemporaryRoot.makeDirectory("command")
        defer { removeTree(directory) }
        try write(input, to: directory + "/input")
        let child = try await ChildProcess.start(
            binary,
            arguments,
            inputFile: directory + "/input",
            outputFile: directory + "/output"
        )
        let exit = await child.waitForExit()
        return (try contents(of: directory + "/output"), exit)
    }
}
