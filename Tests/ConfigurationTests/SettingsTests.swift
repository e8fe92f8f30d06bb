import Testing

@testable import Configuration

@Suite("The effective settings")
struct SettingsTests {
    private let yaml = """
        cluster: orders
        sql:
          listen: 0.0.0.0:6306
          accounts:
            - { name: topology, password_hash: "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19" }
        mysqld: { password_file: /etc/pilotfish/mysqld.password }
        gossip: { seeds: [db2:6307, db3:6307], key_file: /etc/pilotfish/gossip.keys }
        """

    private func settings() throws -> [String: EffectiveSetting] {
        let loaded = try parse(yaml, environment: ["PILOTFISH_LOG_LEVEL": "debug"], hostName: "db7")
        return Dictionary(uniqueKeysWithValues: loaded.configuration.settings.map { ($0.name, $0) })
    }

    @Test("hold each key's value and where it comes from")
    func sources() throws {
        let settings = try settings()
        let expected: [(String, String?, SettingSource)] = [
            ("cluster", "orders", .file),
            ("node.name", "db7", .default),
            ("node.zone", nil, .default),
            ("node.promotion", "neutral", .default),
            ("sql.listen", "0.0.0.0:6306", .file),
            ("sql.advertise", "db7:6306", .default),
            ("sql.tls.require", "false", .default),
            ("sql.accounts[0].name", "topology", .file),
            ("sql.accounts[0].password_hash", "********", .file),
            ("sql.accounts[0].native_password_hash", nil, .default),
            ("sql.accounts[0].role", "reader", .default),
            ("mysqld.address", "unix:/run/mysqld/mysqld.sock", .default),
            ("mysqld.password_file", "/etc/pilotfish/mysqld.password", .file),
            ("mysqld.tls.ca", nil, .default),
            ("mysqld.tls.verify", nil, .default),
            ("sql.compression", "zlib,zstd", .default),
            ("sql.idle_timeout_ms", "0", .default),
            ("gossip.seeds", "db2:6307,db3:6307", .file),
            ("gossip.profile", "lan", .default),
            ("gossip.probe_interval_ms", "500", .default),
            ("gossip.forget_after_ms", "86400000", .default),
            ("log.level", "debug", .environment),
        ]
        for (name, value, source) in expected {
            let setting = try #require(settings[name], "\(name) is missing")
            #expect(setting.value == value, "\(name)")
            #expect(setting.source == source, "\(name)")
        }
    }

    @Test("say of each key whether a reload takes it over")
    func reloadable() throws {
        let reloadable = try settings().values.filter(\.isReloadable).map(\.name).sorted()
        #expect(
            reloadable == [
                "gossip.key_file", "log.level", "mysqld.password_file", "mysqld.tls.ca", "mysqld.tls.certificate",
                "mysqld.tls.key",
                "mysqld.tls.verify", "node.lag_threshold_ms", "sql.accounts[0].name",
                "sql.accounts[0].native_password_hash", "sql.accounts[0].password_hash", "sql.accounts[0].role",
                "sql.drain_ms", "sql.handshake_timeout_ms", "sql.idle_timeout_ms",
                "sql.max_connections", "sql.max_connections_per_account", "sql.max_connections_per_host",
                "sql.primary_wait_ms", "sql.tls.certificate", "sql.tls.client_ca", "sql.tls.key", "sql.tls.require",
                "sql.tls.require_client_certificate", "sql.write_timeout_ms",
            ]
        )
    }

    @Test("name every key of the schema once")
    func complete() throws {
        let names = Set(try settings().keys)
        for setting in ConfigurationSchema.settings { #expect(names.contains(setting.path)) }
        #expect(names.count == ConfigurationSchema.settings.count + ConfigurationSchema.accountKeys.count)
    }

    @Test("no secret is in the settings, nor in a printed or dumped configuration")
    func blanked() throws {
        let loaded = try parse(yaml)
        var dumped = ""
        dump(loaded, to: &dumped)
        for text in [dumped, "\(loaded)", String(reflecting: loaded), "\(loaded.configuration.settings)"] {
            #expect(!text.contains("s3cret"))
            #expect(!text.contains("2470C0C0"))
            #expect(!text.contains(FakeFiles.exampleKey))
        }
        #expect(loaded.configuration.mysqld.password?.exposed == "s3cret-of-mysqld")
    }
}

@Suite("The schema")
struct SchemaTests {
    @Test("paths and environment names are unique, and no name can be read in two ways")
    func unique() {
        #expect(ConfigurationSchema.settingsByPath.count == ConfigurationSchema.settings.count)
        #expect(ConfigurationSchema.settingsByEnvironmentName.count == ConfigurationSchema.settings.count)
        #expect(ConfigurationSchema.environmentName(ofPath: "sql.tls.require") == "PILOTFISH_SQL_TLS_REQUIRE")
    }

    @Test("every default that is shown is read back as itself")
    func defaults() {
        for setting in ConfigurationSchema.settings where setting.presence == .optional && !setting.isList {
            guard let text = setting.shown(nil), !text.isEmpty else { continue }
            #expect(setting.problem(of: .text(text)) == nil, "\(setting.path)")
            #expect(setting.shown(.text(text)) == text, "\(setting.path)")
        }
    }
}
