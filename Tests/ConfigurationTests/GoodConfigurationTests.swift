import ClusterModel
import Cryptography
import Foundation
import Gossip
import QueryRouting
import Raft
import TLS
import Testing

@testable import Configuration

@Suite("A right configuration")
struct GoodConfigurationTests {
    @Test("the cluster's name alone is enough, and everything else has its default")
    func defaults() throws {
        let loaded = try parse("cluster: orders")
        let configuration = loaded.configuration
        #expect(loaded.warnings.isEmpty)
        #expect(configuration.cluster.name == "orders")
        #expect(
            configuration.node
                == .init(
                    name: "db1",
                    kind: .database,
                    zone: "",
                    promotion: .neutral,
                    lagThresholdMilliseconds: 10_000
                )
        )
        let sqlAddress = HostPort(host: "127.0.0.1", port: 6306)
        #expect(
            configuration.sql
                == .init(
                    listen: sqlAddress,
                    primaryListen: nil,
                    primaryWaitMilliseconds: 8_000,
                    advertise: sqlAddress,
                    tls: nil,
                    proxyProtocol: .init(acceptFrom: [], sendsToServer: false),
                    compression: [.zlib, .zstd],
                    compatibility: [],
                    maximumConnections: 10_000,
                    redirect: .off,
                    maximumConnectionsPerHost: 8_000,
                    maximumConnectionsPerAccount: 8_000,
                    handshakeTimeoutMilliseconds: 10_000,
                    idleTimeoutMilliseconds: nil,
                    writeTimeoutMilliseconds: 60_000,
                    drainMilliseconds: 10_000,
                    virtualStatementMilliseconds: 2_000,
                    accounts: []
                )
        )
        #expect(
            configuration.mysqld
                == .init(
                    address: .unixSocket(path: "/run/mysqld/mysqld.sock"),
                    user: "pilotfish",
                    password: nil,
                    tls: nil,
                    probeIntervalMilliseconds: 500
                )
        )
        let gossipAddress = HostPort(host: "127.0.0.1", port: 6307)
        #expect(configuration.gossip.listen == gossipAddress)
        #expect(configuration.gossip.advertise == gossipAddress)
        #expect(configuration.gossip.seeds.isEmpty)
        #expect(configuration.gossip.keyring == nil)
        #expect(configuration.gossip.probeIntervalMilliseconds == 500)
        #expect(configuration.gossip.forgetAfterMilliseconds == 24 * 3600 * 1000)
        #expect(configuration.http.listen == nil)
        #expect(configuration.log == .init(level: .info, format: .text))
        #expect(configuration.election == nil)
        #expect(configuration.failover == .init(mode: .automatic, hooksDirectory: nil))
        #expect(configuration.replication == .init(user: nil, passwordFile: nil, durability: .semiSync))
    }

    @Test("an election section switches the quorum on; its profile brings the times, unless they are written")
    func election() throws {
        let cases: [(String, [Int])] = [
            ("{ voters: 3 }", [3, 150, 1_500, 500]), ("{ campaign: true }", [3, 150, 1_500, 500]),
            ("{ profile: wan }", [3, 600, 6_000, 2_000]),
            ("{ voters: 5, profile: wan, vote_hold_ms: 3000, spread_ms: 20 }", [5, 600, 3_000, 20]),
        ]
        for (section, numbers) in cases {
            let election = try #require(try parse("cluster: c\nelection: \(section)").configuration.election)
            let raft = election.raft
            #expect(
                [
                    election.voters, raft.heartbeatMilliseconds, raft.voteHoldMilliseconds,
                    raft.electionSpreadMilliseconds,
                ] == numbers,
                "\(section)"
            )
        }
        for text in ["cluster: c\nelection: null", "cluster: c\nelection:"] {
            #expect(try parse(text).configuration.election == nil)
        }
        let environment = try parse("cluster: c", environment: ["PILOTFISH_ELECTION_VOTERS": "1"])
        #expect(environment.configuration.election?.voters == 1)
    }

    @Test("the gossip profile brings its own probe interval, unless one is written")
    func gossipProfile() throws {
        let cases: [(String, GossipProfile, Int, Int)] = [
            ("{}", .lan, 500, 200), ("{ profile: lan }", .lan, 500, 200), ("{ profile: wan }", .wan, 3000, 1500),
            ("{ profile: wan, probe_interval_ms: 5000 }", .wan, 5000, 1500),
            ("{ profile: wan, probe_interval_ms: 1000 }", .wan, 1000, 500),
            ("{ probe_interval_ms: 100 }", .lan, 100, 50),
        ]
        for (gossip, profile, interval, ack) in cases {
            let configuration = try parse("cluster: orders\ngossip: \(gossip)").configuration
            #expect(configuration.gossip.profile == profile, "\(gossip)")
            #expect(configuration.gossip.probeIntervalMilliseconds == interval, "\(gossip)")
            let shown = configuration.settings.first { $0.name == "gossip.probe_interval_ms" }
            #expect(shown?.value == String(interval), "\(gossip)")
            var settings = profile.settings(clusterName: "orders")
            settings.probe(everyMilliseconds: interval)
            #expect(settings.ackTimeoutMilliseconds == ack, "\(gossip)")
        }
        let wide = GossipProfile.wan.settings(clusterName: "orders")
        #expect(wide == .wideArea(clusterName: "orders"))
        #expect(wide != GossipProfile.lan.settings(clusterName: "orders"))
    }

    @Test("the example in docs loads without warnings")
    func example() throws {
        let file = repository.appendingPathComponent("docs/pilotfish.example.yaml")
        let loaded = try parse(try String(contentsOf: file, encoding: .utf8))
        let configuration = loaded.configuration
        #expect(loaded.warnings.isEmpty)
        #expect(configuration.cluster.name == "orders")
        #expect(configuration.node.zone == "dc1")
        #expect(configuration.node.promotion == .prefer)
        #expect(configuration.sql.listen == HostPort(host: "0.0.0.0", port: 6306))
        #expect(configuration.sql.advertise == HostPort(host: "db1.internal", port: 6306))
        #expect(configuration.sql.accounts.map(\.name) == ["topology"])
        guard case .cachingSHA2(let hash)? = configuration.sql.accounts.first?.passwordHash else {
            Issue.record("the account has no hash of caching_sha2_password")
            return
        }
        #expect(hash.matches(password: Array("password".utf8)))
        #expect(configuration.sql.primaryListen == HostPort(host: "0.0.0.0", port: 6305))
        #expect(configuration.sql.maximumConnectionsPerHost == 1000)
        #expect(configuration.mysqld.password?.exposed == "s3cret-of-mysqld")
        #expect(configuration.gossip.keyring != nil)
        #expect(
            configuration.gossip.seeds == [
                HostPort(host: "db2.internal", port: 6307), HostPort(host: "db3.internal", port: 6307),
            ]
        )
    }

    @Test("the example's line for TLS may be taken in")
    func exampleWithTLS() throws {
        let file = repository.appendingPathComponent("docs/pilotfish.example.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let loaded = try parse(text.replacingOccurrences(of: "\n  # tls:", with: "\n  tls:"))
        #expect(loaded.warnings.isEmpty)
        #expect(
            loaded.configuration.sql.tls?.settings.identity
                == TLSIdentity(
                    certificateChainFile: "/etc/pilotfish/server.pem",
                    privateKeyFile: "/etc/pilotfish/server.key"
                )
        )
    }

    @Test("what features are off by may be written out")
    func inertValues() throws {
        let loaded = try parse(
            """
            cluster: orders
            node: { kind: database }
            sql:
              primary_listen: null
              tls: null
              proxy_protocol: { accept_from: [], send: false }
              compat: []
              redirect: off
              accounts: []
            mysqld: { tls: ~ }
            http:
              listen: null
            log:
            """
        )
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.sql.accounts.isEmpty)
    }

    @Test(
        "compatibility views are named in a list",
        arguments: [
            ("[]", []), ("[aurora]", [.aurora]), ("[router, isis2, router]", [.router, .isis2]),
        ] as [(String, Set<CompatibilityView>)]
    )
    func compatibilityViews(list: String, expected: Set<CompatibilityView>) throws {
        let loaded = try parse("cluster: orders\nsql: { compat: \(list) }")
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.sql.compatibility == expected)
    }

    @Test("keys without effect in this version are taken and warned of")
    func warnings() throws {
        let loaded = try parse(
            """
            cluster: orders
            replication:
              user: pilotfish_repl
              password_file: /not/read
              durability: strict
            """,
            environment: ["PILOTFISH_FAILOVER_HOOKS_DIR": "/etc/hooks"]
        )
        #expect(
            loaded.warnings.map(\.line) == [
                "pilotfish: warning: p.yaml:3: replication.user: has no effect in this version",
                "pilotfish: warning: p.yaml:4: replication.password_file: has no effect in this version",
                "pilotfish: warning: p.yaml:5: replication.durability: has no effect in this version",
                "pilotfish: warning: PILOTFISH_FAILOVER_HOOKS_DIR: failover.hooks_dir: has no effect in this version",
            ]
        )
        #expect(loaded.configuration.replication.durability == .strict)
        #expect(loaded.configuration.failover.hooksDirectory == "/etc/hooks")
    }

    @Test(
        "what is advertised is the listening address, or the host's name in place of a wildcard",
        arguments: [
            ("127.0.0.1:6306", "127.0.0.1:6306"),
            ("10.0.0.7:6306", "10.0.0.7:6306"),
            ("db1.internal:6306", "db1.internal:6306"),
            ("0.0.0.0:6306", "host.example:6306"),
            ("[::]:6306", "host.example:6306"),
            ("[fe80::1]:6306", "[fe80::1]:6306"),
        ]
    )
    func advertised(listen: String, expected: String) throws {
        let yaml = "cluster: orders\nsql: { listen: \"\(listen)\" }"
        let loaded = try parse(yaml, hostName: "host.example")
        #expect(loaded.configuration.sql.advertise.description == expected)
    }

    @Test(
        "gossip without keys may listen on loopback",
        arguments: ["127.0.0.1:7000", "127.255.3.4:7000", "localhost:7000", "[::1]:7000"]
    )
    func loopback(listen: String) throws {
        let loaded = try parse("cluster: orders\ngossip: { listen: \"\(listen)\" }")
        #expect(loaded.configuration.gossip.keyring == nil)
    }

    @Test(
        "mysqld is reached by unix socket or by TCP",
        arguments: [
            ("unix:/tmp/m.sock", .unixSocket(path: "/tmp/m.sock")),
            ("127.0.0.1:3306", .tcp(HostPort(host: "127.0.0.1", port: 3306))),
            ("\"[::1]:3306\"", .tcp(HostPort(host: "::1", port: 3306))),
        ] as [(String, ServerAddress)]
    )
    func serverAddress(text: String, expected: ServerAddress) throws {
        let loaded = try parse("cluster: orders\nmysqld: { address: \(text) }")
        #expect(loaded.configuration.mysqld.address == expected)
    }

    @Test(
        "the password is the file's first line without its end",
        arguments: [
            ("/etc/pilotfish/mysqld.password", "s3cret-of-mysqld"), ("/windows.password", "s3cret"),
            ("/group.password", "s3cret"),
        ]
    )
    func password(file: String, expected: String) throws {
        let loaded = try parse("cluster: orders\nmysqld: { password_file: \(file) }")
        #expect(loaded.configuration.mysqld.password?.exposed == expected)
        #expect(loaded.warnings.isEmpty)
    }

    @Test("files that others may read are warned of")
    func openFiles() throws {
        let loaded = try parse(
            """
            cluster: orders
            mysqld: { password_file: /group.password }
            gossip: { key_file: /open.keys }
            """
        )
        #expect(
            loaded.warnings.map(\.line) == [
                "pilotfish: warning: p.yaml:3: gossip.key_file: /open.keys is readable by its group; chmod g-r it"
            ]
        )
        #expect(loaded.configuration.gossip.keyring != nil)
    }

    @Test("accounts have the role reader unless they say otherwise, and native hashes in either case are equal")
    func accounts() throws {
        let loaded = try parse(
            """
            cluster: orders
            sql:
              accounts:
                - name: topology
                  password_hash: "*2470c0c06dee42fd1618bb99005adca2ec9d1e19"
                - { name: "dba", password_hash: '*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B', role: operator }
            """
        )
        let accounts = loaded.configuration.sql.accounts
        #expect(accounts.map(\.name) == ["topology", "dba"])
        #expect(accounts.map(\.role) == [.reader, .operator])
        #expect(accounts.first?.passwordHash.exposed == "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19")
    }

    @Test(
        "text is taken as it is written",
        arguments: [
            ("007", "007"), ("true", "true"), ("0x1F", "0x1F"), ("'null'", "null"), ("\"a b\"", "a b"),
            ("1e3", "1e3"), ("größer", "größer"), ("2024-01-01", "2024-01-01"),
        ]
    )
    func plainText(written: String, expected: String) throws {
        #expect(try parse("cluster: \(written)").configuration.cluster.name == expected)
    }

    @Test("YAML anchors and aliases, a document's begin and end, comments and a byte order mark are understood")
    func yamlForms() throws {
        let loaded = try parse(
            """
            \u{feff}---
            # a comment
            cluster: &name orders # another
            node: { zone: *name }
            ...
            """
        )
        #expect(loaded.configuration.cluster.name == "orders")
        #expect(loaded.configuration.node.zone == "orders")
    }
}
