import ClusterModel
import Cryptography
import TLS
import Testing

@testable import Configuration

@Suite("A reload")
struct ReloadTests {
    private static let accounts =
        "sql: { accounts: [{ name: a, password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\" }] }"
    private static let otherHash =
        "sql: { accounts: [{ name: a, password_hash: \"*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B\" }] }"

    private func reload(_ old: String, _ new: String) throws -> ConfigurationReload {
        Configuration.reloadable(
            from: try parse("cluster: c\n\(old)").configuration,
            to: try parse("cluster: c\n\(new)").configuration
        )
    }

    @Test("of an equal configuration changes nothing")
    func equal() throws {
        let same = try reload(Self.accounts, Self.accounts)
        #expect(same.changed.isEmpty)
        #expect(same.needsRestart.isEmpty)
    }

    /// Every setting with the mark ↻, and one of each other kind.
    private static let takenOver: [(new: String, name: String)] = [
        ("node: { lag_threshold_ms: 1 }", "node.lag_threshold_ms"),
        ("sql: { primary_wait_ms: 1 }", "sql.primary_wait_ms"),
        ("sql: { max_connections: 1 }", "sql.max_connections"),
        ("sql: { max_connections_per_host: 1 }", "sql.max_connections_per_host"),
        ("sql: { max_connections_per_account: 1 }", "sql.max_connections_per_account"),
        ("sql: { handshake_timeout_ms: 100 }", "sql.handshake_timeout_ms"),
        ("sql: { idle_timeout_ms: 1 }", "sql.idle_timeout_ms"),
        ("sql: { write_timeout_ms: 100 }", "sql.write_timeout_ms"),
        ("sql: { drain_ms: 1 }", "sql.drain_ms"),
        (accounts, "sql.accounts"),
        ("log: { level: debug }", "log.level"),
    ]

    @Test("takes over limits, thresholds, accounts and the log's level", arguments: takenOver)
    func takesOver(new: String, name: String) throws {
        for (from, to) in [("", new), (new, "")] {
            let loaded = try parse("cluster: c\n\(to)").configuration
            let result = try reload(from, to)
            // That of an address follows the one of all, unless it is set.
            let implied = name == "sql.max_connections" ? ["sql.max_connections_per_host"] : []
            #expect(result.changed == [name] + implied)
            #expect(result.needsRestart.isEmpty)
            #expect(result.apply.settings == loaded.settings)
            #expect(result.apply.node == loaded.node)
            #expect(result.apply.sql == loaded.sql)
            #expect(result.apply.log == loaded.log)
        }
    }

    @Test("tells a changed hash, which no row of SETTINGS shows")
    func changedHash() throws {
        let result = try reload(Self.accounts, Self.otherHash)
        #expect(result.changed == ["sql.accounts"])
        #expect(
            result.apply.sql.accounts.first?.passwordHash.exposed == "*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B"
        )
    }

    @Test("takes over TLS for clients, also to begin and to end it")
    func listenerTLS() throws {
        let tls = "sql: { tls: { certificate: /c.pem, key: /k.pem, client_ca: /ca.pem, require: true } }"
        let names = ["sql.tls.certificate", "sql.tls.key", "sql.tls.client_ca", "sql.tls.require"]
        let begun = try reload("", tls)
        #expect(begun.changed == names)
        #expect(begun.needsRestart.isEmpty)
        #expect(begun.apply.sql.tls?.clients == .required)
        let ended = try reload(tls, "")
        #expect(ended.changed == names)
        #expect(ended.apply.sql.tls == nil)
    }

    @Test("takes over TLS to mysqld at the same address")
    func serverTLS() throws {
        let plain = "mysqld: { address: db1:3306 }"
        let result = try reload(plain, "mysqld: { address: db1:3306, tls: { ca: /ca.pem } }")
        #expect(result.changed == ["mysqld.tls.ca", "mysqld.tls.verify"])
        #expect(result.needsRestart.isEmpty)
        #expect(result.apply.mysqld.tls?.settings.verification == .authorityAndName(.file("/ca.pem")))
    }

    @Test("leaves TLS to mysqld as it is until mysqld's new address holds")
    func serverTLSOfNewAddress() throws {
        let result = try reload("", "mysqld: { address: db1:3306, tls: { ca: /ca.pem } }")
        #expect(result.changed.isEmpty)
        #expect(result.needsRestart == ["mysqld.address", "mysqld.tls.ca", "mysqld.tls.verify"])
        #expect(result.apply.mysqld.tls == nil)
        #expect(result.apply.mysqld.address == .unixSocket(path: "/run/mysqld/mysqld.sock"))
    }

    @Test("takes over other keys of gossip, but neither the first nor the end of all")
    func keyring() throws {
        let keys = "gossip: { key_file: /etc/pilotfish/gossip.keys }"
        let exchanged = try reload(keys, "gossip: { key_file: /open.keys }")
        #expect(exchanged.changed == ["gossip.key_file"])
        #expect(exchanged.needsRestart.isEmpty)
        #expect(exchanged.apply.gossip.keyFile == "/open.keys")
        for (old, new) in [("", keys), (keys, "")] {
            let result = try reload(old, new)
            #expect(result.changed.isEmpty)
            #expect(result.needsRestart == ["gossip.key_file"])
            #expect((result.apply.gossip.keyring == nil) == old.isEmpty)
        }
    }

    @Test(
        "names every other setting that changed, and keeps it",
        arguments: [
            ("node: { name: db9 }", ["node.name"]),
            ("node: { zone: dc2, promotion: prefer }", ["node.zone", "node.promotion"]),
            ("sql: { listen: 127.0.0.1:7306 }", ["sql.listen", "sql.advertise"]),
            ("sql: { primary_listen: 127.0.0.1:7306 }", ["sql.primary_listen"]),
            (
                "sql: { proxy_protocol: { accept_from: [10.0.0.0/8], send: true } }",
                ["sql.proxy_protocol.accept_from", "sql.proxy_protocol.send"]
            ),
            ("sql: { compression: [] }", ["sql.compression"]),
            ("mysqld: { user: probe, password_file: /windows.password }", ["mysqld.user", "mysqld.password_file"]),
            ("gossip: { seeds: [db2:6307], probe_interval_ms: 100 }", ["gossip.seeds", "gossip.probe_interval_ms"]),
            ("log: { format: json }", ["log.format"]),
        ]
    )
    func needsRestart(new: String, names: [String]) throws {
        let old = try parse("cluster: c").configuration
        let result = try reload("", new)
        #expect(result.needsRestart == names)
        #expect(result.changed.isEmpty)
        #expect(result.apply.settings == old.settings)
        #expect(result.apply.node == old.node)
        #expect(result.apply.sql == old.sql)
        #expect(result.apply.mysqld == old.mysqld)
        #expect(result.apply.gossip.seeds == old.gossip.seeds)
        #expect(result.apply.log == old.log)
    }

    @Test("takes what it can of a change of both kinds, and names the rest again the next time")
    func both() throws {
        let new = try parse("cluster: d\nlog: { level: debug }").configuration
        let first = Configuration.reloadable(from: try parse("cluster: c").configuration, to: new)
        #expect(first.changed == ["log.level"])
        #expect(first.needsRestart == ["cluster"])
        #expect(first.apply.cluster.name == "c")
        #expect(first.apply.log.level == .debug)
        let second = Configuration.reloadable(from: first.apply, to: new)
        #expect(second.changed.isEmpty)
        #expect(second.needsRestart == ["cluster"])
    }

    @Test("takes over mysqld's password when the one in its file is another, unless it is another account's")
    func password() throws {
        func load(_ password: String, user: String = "probe") throws -> Configuration {
            let yaml = "cluster: c\nmysqld: { user: \(user), password_file: /p }"
            let files = FakeFiles(contents: ["/p": FileContents(bytes: Array(password.utf8))])
            return try Configuration.parse(yaml, fileName: "p.yaml", environment: [:], hostName: "db1", files: files)
                .configuration
        }
        let result = Configuration.reloadable(from: try load("old"), to: try load("new"))
        #expect(result.changed == ["mysqld.password_file"])
        #expect(result.needsRestart.isEmpty)
        #expect(result.apply.mysqld.password?.exposed == "new")
        let other = Configuration.reloadable(from: try load("old"), to: try load("new", user: "other"))
        #expect(other.needsRestart == ["mysqld.user", "mysqld.password_file"])
        #expect(other.apply.mysqld.password?.exposed == "old")
    }

    @Test("changes where a value comes from without naming it")
    func source() throws {
        let result = try reload("", "log: { format: text }")
        #expect(result.changed.isEmpty && result.needsRestart.isEmpty)
        #expect(result.apply.settings.first { $0.name == "log.format" }?.source == .file)
    }

    @Test("brings a setting to every part that holds values of the configuration")
    func parts() {
        #expect(Set(ConfigurationSchema.reloadEffects.map(\.part)) == Set(ReloadEffect.Part.allCases))
    }

    @Test("has a rule for every setting with the mark")
    func complete() {
        let tested =
            Self.takenOver.map(\.name) + ConfigurationSchema.MySQLD.tls.map(\.path)
            + ["gossip.key_file", "mysqld.password_file"]
        for setting in ConfigurationSchema.settings where setting.effect != nil {
            #expect(tested.contains(setting.path) || setting.path.hasPrefix("sql.tls."), "\(setting.path)")
        }
    }
}
