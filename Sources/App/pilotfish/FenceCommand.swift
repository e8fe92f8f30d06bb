internal import ArgumentParser
internal import Configuration
internal import Daemon
internal import FoundationEssentials

/// `pilotfish fence`
struct FenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fence",
        abstract: "Make the local mysqld read-only, for when its sidecar does not run.",
        discussion: """
            Where the configuration has a section election, a server that takes writes is to be open to clients only while \
            its sidecar says so. Prints each step; exit status 0 if the server is read-only or down, or there is nothing to \
            fence, 1 if it may still take writes. The sidecar opens it again when its node is primary by right.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Do nothing if systemd says that the service has ended in good order (SERVICE_RESULT=success).")
    var afterFailure = false

    func run() async throws {
        if afterFailure, ProcessInfo.processInfo.environment["SERVICE_RESULT"] == "success" { return }
        let report = try await Fence.run(try options.load().configuration)
        for line in report.lines { print(line) }
        if !report.isSafe { throw ExitCode(1) }
    }
}
