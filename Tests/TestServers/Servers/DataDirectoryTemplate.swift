internal import Glibc

/// A fresh data directory, made once a process and copied for each server: copying takes a fraction of the time.
actor DataDirectoryTemplate {
    static let shared = DataDirectoryTemplate()

    private var making: Task<String, any Error>?

    /// - Parameter destination: must not exist yet.
    func copy(to destination: String) async throws {
        let making = self.making ?? Task { try await Self.make() }
        self.making = making
        let template = try await making.value
        try await Self.run(
            "cp",
            ["-a", "--reflink=auto", "--sparse=always", template, destination],
            log: destination + ".log"
        )
    }

    private static func make() async throws -> String {
        let directory = try TemporaryRoot.makeDirectory("template")
        let data = directory + "/data"
        let asRoot = getuid() == 0 ? ["--user=root"] : []
        try await run(
            "mariadb-install-db",
            [
                "--no-defaults", "--datadir=\(data)", "--auth-root-authentication-method=normal", "--skip-test-db",
                "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M",
            ] + asRoot,
            log: directory + "/install.log"
        )
        return data
    }

    private static func run(_ program: String, _ arguments: [String], log: String) async throws {
        let child = try await ChildProcess.start(program, arguments, outputFile: log)
        let exit = await child.waitForExit()
        guard exit == .code(0) else {
            throw TestServerError("\(program): \(exit.map { "\($0)" } ?? "still runs after 60 s")\n\(tail(of: log))")
        }
    }
}
