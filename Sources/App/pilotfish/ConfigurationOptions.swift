internal import ArgumentParser
internal import Configuration
internal import Daemon
internal import FoundationEssentials
internal import Glibc

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

    /// Who reads what a command says of the configuration.
    enum Reader {
        case person
        /// Whoever reads the log: `log.format` holds.
        case log
    }

    /// Reads the configuration and prints its warnings.
    ///
    /// - Throws: exit status 78 (EX_CONFIG) after every error was printed.
    func load(for reader: Reader = .person) throws -> LoadedConfiguration {
        func print(_ lines: [String], _ level: LogLevel, _ format: LogFormat) {
            for line in lines {
                StandardError.print(
                    StartLine.text(line, level: level, format: reader == .log ? format : .text)
                )
            }
        }
        do {
            let loaded = try read()
            print(loaded.warnings.map(\.line), .warning, loaded.configuration.log.format)
            return loaded
        } catch {
            print(error.lines, .error, error.logFormat)
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
