package import MySQLClient

extension MariaDBServer {
    /// Runs statements one after another as root, in one session.
    ///
    /// - Returns: the result of the last one.
    @discardableResult
    package nonisolated func query(_ statements: String...) async throws -> QueryResult {
        let settings = ConnectionSettings.patient(address)
        return try await onThread {
            let connection = try AdminConnection(settings)
            defer { connection.close() }
            var result = QueryResult()
            for statement in statements { result = try connection.query(statement) }
            return result
        }
    }

    package nonisolated func execute(_ statements: String...) async throws {
        for statement in statements { try await query(statement) }
    }

    /// The first column of the first row; nil for NULL and for no row.
    package nonisolated func value(_ statement: String) async throws -> String? {
        try await query(statement).rows.first?.first ?? nil
    }

    /// Feeds a script to the `mariadb` client, as a DBA would.
    ///
    /// - Parameter edit: applied to the script's text, for example to put a password in.
    package nonisolated func source(
        file: String,
        edit: @Sendable (String) -> String = { $0 }
    ) async throws {
        let script = directory + "/script.sql"
        let log = directory + "/script.log"
        try write(edit(try contents(of: file)), to: script)
        let client = try await ChildProcess.start(
            "mariadb",
            ["--no-defaults", "--socket=\(socketPath)", "--user=root"],
            inputFile: script,
            outputFile: log
        )
        let exit = await client.waitForExit()
        guard exit == .code(0) else { throw TestServerError("\(file): \(tail(of: log))") }
    }
}
