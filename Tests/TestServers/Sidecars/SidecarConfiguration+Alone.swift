extension SidecarConfiguration {
    /// Of the only node of a cluster, on free ports.
    ///
    /// - Parameters:
    ///   - serverAddress: as `mysqld.address` has it.
    ///   - directory: where the file with the password is made.
    ///   - password: of the sidecar's account.
    package static func alone(
        serverAddress: String,
        directory: String,
        password: String = TestAccount.probe.password
    ) throws -> SidecarConfiguration {
        let passwordFile = directory + "/probe.password"
        try write(password + "\n", to: passwordFile)
        return SidecarConfiguration(
            nodeName: "db1",
            sqlPort: try PortAllocator.allocate(),
            gossipPort: try PortAllocator.allocate(),
            serverAddress: serverAddress,
            passwordFile: passwordFile
        )
    }

    package static func alone(beside server: MariaDBServer, by way: ServerWay = .socket) throws -> SidecarConfiguration
    {
        try alone(
            serverAddress: way.address(socket: server.socketPath, port: server.port),
            directory: server.directory
        )
    }
}
