/// The sidecar as a whole.
package enum Daemon {
    /// Runs until the process is told to stop.
    ///
    /// - Throws: `StartupError` if a part cannot start, for example because a port is in use.
    package static func run(_ configuration: Configuration) async throws {
        _ = configuration
    }
}
