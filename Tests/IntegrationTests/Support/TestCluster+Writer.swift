import TestServers

extension Login {
    /// Whom read_only keeps from writing; see `TestCluster.createWriter`.
    static let writer = Login(user: "writer", password: "secret")
}

extension TestCluster {
    /// Creates the account, and `app.noted` for it to write to.
    func createWriter() async throws {
        try await servers[0].execute(
            "CREATE TABLE app.noted (id INT)",
            "CREATE USER 'writer'@'%' IDENTIFIED BY 'secret'",
            "GRANT SELECT, INSERT ON app.* TO 'writer'@'%'"
        )
    }

    /// Waits until both nodes of a cluster of two know who the primary is.
    func waitUntilBothAreThere() async throws {
        for sidecar in sidecars {
            try await waitUntil("both are there") {
                try await sidecar.members("role") == ["db1": "PRIMARY", "db2": "REPLICA"]
            }
        }
    }
}
