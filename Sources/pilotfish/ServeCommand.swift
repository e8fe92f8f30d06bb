internal import ArgumentParser
internal import PilotfishDaemon

/// `pilotfish serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the sidecar until SIGTERM or SIGINT."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load()
        do {
            let options = options
            try await Daemon.run(loaded.configuration) { try options.read().configuration }
        } catch let error as any StartupError {
            StandardError.print("pilotfish: \(error.message)")
            throw ExitCode(1)
        } catch {
            StandardError.print("pilotfish: \(error)")
            throw ExitCode(1)
        }
    }
}
