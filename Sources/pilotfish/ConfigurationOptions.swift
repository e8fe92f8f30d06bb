internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import PilotfishDaemon

/// Where a command finds its configuration.
struct ConfigurationOptions: ParsableArguments {
    static let standardPath = "/etc/pilotfish/pilotfish.yaml"

    @Option(
        name: [.customLong("config"), .customShort("c")],
        help: ArgumentHelp(
            "The configuration file (YAML).",
            discussion: """
                Without this option \(standardPath) is read if there is one. Every key can also be set by an \
                environment variable PILOTFISH_SECTION_KEY, which wins over the file.
                """,
            valueName: "file"
        )
    )
    var config: String?

    /// Nil for the environment alone.
    var path: String? {
        config ?? (access(Self.standardPath, F_OK) == 0 ? Self.standardPath : nil)
    }

    /// Reads the configuration and prints its warnings.
    ///
    /// - Throws: exit status 78 (EX_CONFIG) after every error was printed.
    func load() throws -> LoadedConfiguration {
        do {
            let loaded = try read()
            for warning in loaded.warnings { StandardError.print(warning.line) }
            return loaded
        } catch {
            for line in error.lines { StandardError.print(line) }
            throw ExitCode(EX_CONFIG)
        }
    }

    func read() throws(ConfigurationErrors) -> LoadedConfiguration {
        try Configuration.load(
            path: path,
            environment: ProcessInfo.processInfo.environment,
            hostName: LocalHost.name
        )
    }
}
