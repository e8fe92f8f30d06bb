internal import ArgumentParser
internal import Daemon

/// The command `pilotfish`.
///
/// Exit statuses: 0, 1 for a failure while running (a port in use), 64 for wrong usage, 78 for a wrong configuration.
@main
struct Pilotfish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pilotfish",
        abstract: "A sidecar beside a MariaDB or MySQL server that shows the whole cluster as SQL tables.",
        version: "pilotfish \(PilotfishVersion.text)",
        subcommands: [
            ServeCommand.self, CheckConfigCommand.self, FenceCommand.self, HashPasswordCommand.self, KeygenCommand.self,
        ]
    )
}
