import TestServers

/// The `mariadb` command-line client, as a DBA runs it.
enum MariaDBShell {
    /// Leaves out the errors, and the statements that it repeats with them between two rules.
    static func withoutErrors(_ lines: [String]) -> [String] {
        var isRepeating = false
        return lines.filter { line in
            if line.allSatisfy({ $0 == "-" }) {
                isRepeating.toggle()
                return false
            }
            return !isRepeating && !line.hasPrefix("ERROR")
        }
    }

    /// - Returns: what it printed, a line each, without column names; errors are among the lines.
    static func run(
        port: UInt16,
        _ statements: String,
        as login: Login = .application,
        options: [String] = []
    ) async throws -> [String] {
        let directory = try TemporaryRoot.makeDirectory("shell")
        defer { removeTree(directory) }
        try write(statements, to: directory + "/input")
        let client = try await ChildProcess.start(
            "mariadb",
            [
                "--no-defaults", "--host=127.0.0.1", "--port=\(port)", "--user=\(login.user)",
                "--password=\(login.password)", "--batch", "--force", "--skip-column-names",
            ] + options,
            inputFile: directory + "/input",
            outputFile: directory + "/output"
        )
        guard await client.waitForExit() != nil else {
            throw TestServerError("the client has not ended within a minute")
        }
        return try contents(of: directory + "/output").split(separator: "\n").map(String.init)
    }
}
