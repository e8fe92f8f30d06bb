import ClusterModel
import Configuration
import Testing

@Suite("The environment")
struct EnvironmentTests {
    @Test("wins over the file, and is enough alone")
    func wins() throws {
        let environment = [
            "PILOTFISH_CLUSTER": "invoices",
            "PILOTFISH_SQL_LISTEN": "127.0.0.1:7306",
            "PILOTFISH_GOSSIP_SEEDS": "db2:6307, db3:6307,",
            "PILOTFISH_LOG_LEVEL": " debug ",
            "HOME": "/home/dba",
        ]
        for yaml in [nil, "cluster: orders\nlog: { level: error }\ngossip: { seeds: [db9:1] }"] {
            let configuration = try parse(yaml, environment: environment).configuration
            #expect(configuration.cluster.name == "invoices")
            #expect(configuration.sql.listen == HostPort(host: "127.0.0.1", port: 7306))
            #expect(configuration.sql.advertise == HostPort(host: "127.0.0.1", port: 7306))
            #expect(configuration.gossip.seeds.map(\.description) == ["db2:6307", "db3:6307"])
            #expect(configuration.log.level == .debug)
        }
    }

    @Test("an empty variable, or null, is null", arguments: ["", " ", "null"])
    func null(text: String) throws {
        let configuration = try parse(
            "cluster: c\nnode: { zone: dc1 }\ngossip: { seeds: [db2:6307] }",
            environment: ["PILOTFISH_NODE_ZONE": text, "PILOTFISH_GOSSIP_SEEDS": text, "PILOTFISH_HTTP_LISTEN": text]
        ).configuration
        #expect(configuration.node.zone == "")
        #expect(configuration.gossip.seeds.isEmpty)
    }

    @Test(
        "errors name the variable and the key",
        arguments: [
            ("PILOTFISH_SQL_LISEN", "x", "unknown environment variable; did you mean PILOTFISH_SQL_LISTEN?"),
            (
                "PILOTFISH_ZZZZZZZZZZZZZZZZZZZZ", "x",
                "unknown environment variable; remove it, or see docs/configuration.md for the names"
            ),
            (
                "PILOTFISH_MYSQLD_PASSWORD", "hunter2",
                "unknown environment variable; did you mean PILOTFISH_MYSQLD_PASSWORD_FILE?"
            ),
            (
                "PILOTFISH_SQL_ACCOUNTS", "hunter2",
                "accounts cannot come from the environment; list them in the file under sql.accounts"
            ),
            (
                "PILOTFISH_SQL_ACCOUNTS_0_NAME", "a",
                "accounts cannot come from the environment; list them in the file under sql.accounts"
            ),
            (
                "PILOTFISH_LOG_FORMAT", "xml",
                "log.format: must be one of text, json, not \"xml\""
            ),
            (
                "PILOTFISH_SQL_MAX_CONNECTIONS", "",
                "sql.max_connections: is empty; give a whole number from 1 to 100000, "
                    + "or remove the key for its default"
            ),
            (
                "PILOTFISH_SQL_TLS_REQUIRE", "true",
                "sql.tls.require: needs sql.tls.certificate and sql.tls.key; give both, or remove it"
            ),
            ("PILOTFISH_HTTP_LISTEN", "127.0.0.1:6308", "http.listen: is not available in this version; remove it"),
            ("PILOTFISH_MYSQLD_TLS", "yes", "unknown environment variable; did you mean PILOTFISH_MYSQLD_TLS_CA?"),
            (
                "PILOTFISH_MYSQLD_TLS_VERIFY", "none",
                "mysqld.tls: TLS over a unix socket brings nothing; remove it, "
                    + "or give mysqld.address as host:port"
            ),
            (
                "PILOTFISH_SQL_PROXY_PROTOCOL_ACCEPT_FROM", "10.0.0.0/8, 10.1",
                "sql.proxy_protocol.accept_from: must be an IP address or network such as 10.0.0.0/8 or "
                    + "\"fd00::/8\", not \"10.1\""
            ),
            (
                "PILOTFISH_GOSSIP_LISTEN", "10.0.0.1:6307",
                "gossip.listen: 10.0.0.1:6307 is reachable from other machines, which needs gossip.key_file; "
                    + "make one with: (umask 077; pilotfish keygen > /etc/pilotfish/gossip.keys)"
            ),
            (
                "PILOTFISH_MYSQLD_PASSWORD_FILE", "/none",
                "mysqld.password_file: /none cannot be read: No such file or directory"
            ),
        ]
    )
    func errors(variable: String, value: String, expected: String) {
        let lines = errorLines("cluster: c", environment: [variable: value])
        #expect(lines == ["pilotfish: \(variable): \(expected)"])
    }

    @Test("without a file the missing name is told so")
    func missing() {
        #expect(
            errorLines(nil) == [
                "pilotfish: cluster: missing; write a file with the line \"cluster: orders\" or set PILOTFISH_CLUSTER"
            ]
        )
    }
}
