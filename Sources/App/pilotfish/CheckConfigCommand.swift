internal import ArgumentParser
internal import Configuration

/// `pilotfish check-config`
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration and the files that it names, without starting anything.",
        discussion: "Exit status 0 if it can be served with, 78 if not; each error is one line with its place."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load().configuration
        let subject = options.path ?? "environment"
        print("\(subject): OK (cluster \(configuration.cluster.name), node \(configuration.node.name))")
    }
}
