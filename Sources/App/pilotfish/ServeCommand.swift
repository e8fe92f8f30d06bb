internal import ArgumentParser
internal import Configuration
internal import Daemon

/// `pilotfish serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the sidecar until SIGTERM or SIGINT."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load(for: .log)
        func print(_ line: String) {
            StandardError.print(
                StartLine.text(line, level: .error, format: loaded.configuration.log.format)
            )
        }
        do {
            let options = options
            try await Daemon.run(loaded.configuration) { try options.read().configuration }
        } catch let error as any StartupError {
            print("pilotfish: \(error.message)")
            throw ExitCode(1)
        } catch {
            print("pilotfish: \(error)")
            throw ExitCode(1)
        }
    }
}
