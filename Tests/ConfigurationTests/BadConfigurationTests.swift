import Configuration
import Testing

/// A wrong text and the lines that it gives, without their beginning `pilotfish: `.
struct BadConfiguration: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String
    let errors: [String]

    init(_ name: String, _ yaml: String, _ errors: String...) {
        self.name = name
        self.yaml = yaml
        self.errors = errors
    }

    var testDescription: String { name }
}

@Suite("A wrong configuration")
struct BadConfigurationTests {
    private static let unavailable = "is not available in this version; remove it"
    private static let hostPort = "must be host:port such as 127.0.0.1:6306 or \"[::1]:6306\", not"
    private static let missingCluster =
        "p.yaml: cluster: missing; add the line \"cluster: orders\" or set PILOTFISH_CLUSTER"
    private static let needsKeys =
        "is reachable from other machines, which needs gossip.key_file; "
        + "make one with: (umask 077; pilotfish keygen > /etc/pilotfish/gossip.keys)"

    static let keys = [
        BadConfiguration(
            "unknown key",
            "cluster: c\nsql:\n  lisen: 127.0.0.1:6306",
            "p.yaml:3: sql.lisen: unknown key; did you mean sql.listen?"
        ),
        BadConfiguration(
            "unknown section",
            "cluster: c\nsqll:\n  listen: 127.0.0.1:6306",
            "p.yaml:2: sqll: unknown key; did you mean sql?"
        ),
        BadConfiguration(
            "key of another section",
            "cluster: c\nlog:\n  key_file: /k",
            "p.yaml:3: log.key_file: unknown key; did you mean gossip.key_file?"
        ),
        BadConfiguration(
            "swapped letters",
            "clutser: c",
            "p.yaml:1: clutser: unknown key; did you mean cluster?",
            missingCluster
        ),
        BadConfiguration(
            "password in the file",
            "cluster: c\nmysqld: { password: hunter2 }",
            "p.yaml:2: mysqld.password: unknown key; did you mean mysqld.password_file?"
        ),
        BadConfiguration(
            "unlike any key",
            "cluster: c\nlog: { zzzzzzzzzzzz: 1 }",
            "p.yaml:2: log.zzzzzzzzzzzz: unknown key; log may have the keys level, format"
        ),
        BadConfiguration(
            "path as a key",
            "cluster: c\nlog.level: info",
            "p.yaml:2: log.level: unknown key; write level in the section log"
        ),
        BadConfiguration(
            "key with a line break",
            "cluster: c\n\"x\\nzzzzzzzzzzzz\": 1",
            "p.yaml:2: x\\u{a}zzzzzzzzzzzz: unknown key; the file may have the keys "
                + "cluster, election, failover, gossip, http, log, mysqld, node, replication, sql"
        ),
        BadConfiguration("list as a key", "cluster: c\n? [a]\n: 1", "p.yaml:2: has a key that is no plain text"),
        BadConfiguration(
            "repeated key",
            "cluster: c\nlog:\n  level: info\n  format: text\n  level: debug",
            "p.yaml:5: log.level: given twice; it stands on line 3 already"
        ),
        BadConfiguration(
            "repeated section and key, one of them in quotes",
            "cluster: c\nlog: { level: info }\n'cluster': d\nlog: { level: debug }",
            "p.yaml:3: cluster: given twice; it stands on line 1 already",
            "p.yaml:4: log: given twice; it stands on line 2 already"
        ),
        BadConfiguration(
            "repeated key of an account",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n      role: reader\n      role: operator\n"
                + "      password_hash: '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'",
            "p.yaml:6: sql.accounts[0].role: given twice; it stands on line 5 already"
        ),
        BadConfiguration("missing cluster", "log: { level: info }", missingCluster),
        BadConfiguration("empty file", "", missingCluster),
        BadConfiguration("comments only", "# nothing\n", missingCluster),
    ]

    static let types = [
        BadConfiguration(
            "empty cluster",
            "cluster: \"\"",
            "p.yaml:1: cluster: must be a name of 1 to 64 bytes without control characters, not \"\""
        ),
        BadConfiguration(
            "null cluster",
            "cluster:",
            "p.yaml:1: cluster: is empty; give a name of 1 to 64 bytes without control characters, "
                + "or remove the key for its default"
        ),
        BadConfiguration(
            "long cluster",
            "cluster: \(String(repeating: "c", count: 65))",
            "p.yaml:1: cluster: must be a name of 1 to 64 bytes without control characters, "
                + "not \"\(String(repeating: "c", count: 64))…\""
        ),
        BadConfiguration(
            "control character",
            "cluster: \"a\\tb\"",
            "p.yaml:1: cluster: must be a name of 1 to 64 bytes without control characters, not \"a\\u{9}b\""
        ),
        BadConfiguration(
            "node name",
            "cluster: c\nnode: { name: \"db 1\" }",
            "p.yaml:2: node.name: must be 1 to 64 of the characters A-Z a-z 0-9 . _ -, not \"db 1\""
        ),
        BadConfiguration(
            "list for a value",
            "cluster: c\nlog: { level: [info] }",
            "p.yaml:2: log.level: must be one of trace, debug, info, notice, warning, error, critical, not a list"
        ),
        BadConfiguration(
            "section for a value",
            "cluster: c\nsql:\n  listen: { host: a }",
            "p.yaml:3: sql.listen: \(hostPort) a section of keys"
        ),
        BadConfiguration(
            "value for a section",
            "cluster: c\nlog: debug",
            "p.yaml:2: log: must be a section with the keys level, format, not a single value"
        ),
        BadConfiguration(
            "value for a list",
            "cluster: c\ngossip: { seeds: db2:6307 }",
            "p.yaml:2: gossip.seeds: must be a list of host:port such as 127.0.0.1:6306 or \"[::1]:6306\"; "
                + "write [\"db2:6307\"]"
        ),
        BadConfiguration(
            "list in a list",
            "cluster: c\ngossip:\n  seeds:\n    - [a]",
            "p.yaml:4: gossip.seeds: must be a list of plain values, not of a list"
        ),
        BadConfiguration(
            "bad choice",
            "cluster: c\nnode: { promotion: always }",
            "p.yaml:2: node.promotion: must be one of prefer, neutral, prefer_not, must_not, not \"always\""
        ),
        BadConfiguration(
            "unknown gossip profile",
            "cluster: c\ngossip:\n  profile: internet",
            "p.yaml:3: gossip.profile: must be one of lan, wan, not \"internet\""
        ),
        BadConfiguration(
            "choice in capitals",
            "cluster: c\nlog: { format: JSON }",
            "p.yaml:2: log.format: must be one of text, json, not \"JSON\""
        ),
        BadConfiguration(
            "number out of range",
            "cluster: c\ngossip: { probe_interval_ms: 5 }",
            "p.yaml:2: gossip.probe_interval_ms: must be a whole number from 50 to 60000 milliseconds, not \"5\""
        ),
        BadConfiguration(
            "members forgotten before they are found dead",
            "cluster: c\ngossip: { forget_after_ms: 9999 }",
            "p.yaml:2: gossip.forget_after_ms: must be a whole number from 10000 to 2592000000 milliseconds, not \"9999\""
        ),
        BadConfiguration(
            "number beyond 64 bits",
            "cluster: c\nsql: { max_connections: 99999999999999999999 }",
            "p.yaml:2: sql.max_connections: must be a whole number from 1 to 100000, not \"99999999999999999999\""
        ),
        BadConfiguration(
            "number with a fraction",
            "cluster: c\nsql: { handshake_timeout_ms: 1e3 }",
            "p.yaml:2: sql.handshake_timeout_ms: must be a whole number from 100 to 600000 milliseconds, not \"1e3\""
        ),
        BadConfiguration(
            "no truth value",
            "cluster: c\nsql: { proxy_protocol: { send: maybe } }",
            "p.yaml:2: sql.proxy_protocol.send: must be true or false, not \"maybe\""
        ),
        BadConfiguration(
            "port alone",
            "cluster: c\nsql: { listen: 6306 }",
            "p.yaml:2: sql.listen: \(hostPort) \"6306\""
        ),
        BadConfiguration(
            "port too large",
            "cluster: c\nsql: { listen: 127.0.0.1:65536 }",
            "p.yaml:2: sql.listen: \(hostPort) \"127.0.0.1:65536\""
        ),
        BadConfiguration(
            "port zero",
            "cluster: c\nsql: { listen: 127.0.0.1:0 }",
            "p.yaml:2: sql.listen: must have a port from 1 to 65535, not 0"
        ),
        BadConfiguration(
            "URL for an address",
            "cluster: c\nsql: { listen: mysql://db1:6306 }",
            "p.yaml:2: sql.listen: \(hostPort) \"mysql://db1:6306\""
        ),
        BadConfiguration(
            "bad address in a list",
            "cluster: c\ngossip: { seeds: [db2:6307, db3] }",
            "p.yaml:2: gossip.seeds: \(hostPort) \"db3\""
        ),
        BadConfiguration(
            "socket without unix:",
            "cluster: c\nmysqld: { address: /run/m.sock }",
            "p.yaml:2: mysqld.address: must say unix: before a path; write unix:/run/m.sock"
        ),
        BadConfiguration(
            "relative socket",
            "cluster: c\nmysqld: { address: \"unix:m.sock\" }",
            "p.yaml:2: mysqld.address: must be unix:/path/of/mysqld.sock or host:port, not \"unix:m.sock\""
        ),
        BadConfiguration(
            "long socket",
            "cluster: c\nmysqld: { address: \"unix:/\(String(repeating: "s", count: 107))\" }",
            "p.yaml:2: mysqld.address: must be a path of at most 107 bytes, which is what a socket address holds"
        ),
        BadConfiguration(
            "mysqld's host without port",
            "cluster: c\nmysqld: { address: localhost }",
            "p.yaml:2: mysqld.address: must be unix:/path/of/mysqld.sock or host:port, not \"localhost\""
        ),
        BadConfiguration(
            "a list as the file",
            "- cluster\n",
            "p.yaml:1: must hold keys such as \"cluster: orders\", not a list"
        ),
        BadConfiguration(
            "a word as the file",
            "hunter2",
            "p.yaml:1: must hold keys such as \"cluster: orders\", not a single value"
        ),
        BadConfiguration(
            "tag",
            "cluster: !!binary b3JkZXJz",
            "p.yaml:1: cluster: has a YAML tag; write the plain value"
        ),
    ]

    static let rules = [
        BadConfiguration(
            "gossip in the open without keys",
            "cluster: c\ngossip:\n  listen: 0.0.0.0:6307",
            "p.yaml:3: gossip.listen: 0.0.0.0:6307 \(needsKeys)"
        ),
        BadConfiguration(
            "a name that only begins like loopback",
            "cluster: c\ngossip: { listen: 127.0.0.example.com:6307 }",
            "p.yaml:2: gossip.listen: 127.0.0.example.com:6307 \(needsKeys)"
        ),
        BadConfiguration(
            "wildcard advertised",
            "cluster: c\nsql: { advertise: 0.0.0.0:6306 }",
            "p.yaml:2: sql.advertise: is no address that others can connect to; give one such as db1:6306"
        ),
        BadConfiguration(
            "one port for both",
            "cluster: c\nsql: { listen: 0.0.0.0:6307 }",
            "p.yaml: gossip.listen: uses the port of sql.listen, 0.0.0.0:6307; give it another one, such as 6307"
        ),
        BadConfiguration(
            "mysqld is the sidecar itself",
            "cluster: c\nsql: { listen: 0.0.0.0:3306 }\nmysqld: { address: 127.0.0.1:3306 }",
            "p.yaml:3: mysqld.address: is this sidecar's own sql.listen; give mysqld's address"
        ),
        BadConfiguration(
            "a witness without a quorum",
            "cluster: c\nnode: { kind: witness }",
            "p.yaml:2: node.kind: witness has nothing to do without the section election; add it"
        ),
        BadConfiguration(
            "a witness with a server",
            "cluster: c\nnode: { kind: witness }\nelection: { voters: 3 }\nmysqld: { user: p }",
            "p.yaml:4: mysqld.user: a witness has no mysqld; remove the section mysqld"
        ),
        BadConfiguration(
            "compat misspelt",
            "cluster: c\nsql: { compat: [arora] }",
            "p.yaml:2: sql.compat: must be one of aurora, router, isis2, not \"arora\"; did you mean aurora?"
        ),
        BadConfiguration(
            "compat of another kind",
            "cluster: c\nsql:\n  compat:\n    - aurora\n    - mysqlfabric",
            "p.yaml:3: sql.compat: must be one of aurora, router, isis2, not \"mysqlfabric\""
        ),
        BadConfiguration(
            "redirect misspelt",
            "cluster: c\nsql: { redirect: replica }",
            "p.yaml:2: sql.redirect: must be one of off, primary, not \"replica\""
        ),
        BadConfiguration(
            "HTTP",
            "cluster: c\nhttp: { listen: 127.0.0.1:6308 }",
            "p.yaml:2: http.listen: \(unavailable)"
        ),
        BadConfiguration(
            "port of clients for the primary",
            "cluster: c\nsql: { primary_listen: 127.0.0.1:6306 }",
            "p.yaml:2: sql.primary_listen: uses the port of sql.listen, 127.0.0.1:6306; give it another one"
        ),
        BadConfiguration(
            "port of gossip for the primary",
            "cluster: c\nsql: { primary_listen: 0.0.0.0:6307 }",
            "p.yaml:2: sql.primary_listen: uses the port of gossip.listen, 127.0.0.1:6307; give it another one"
        ),
        BadConfiguration(
            "mysqld is the port for the primary",
            "cluster: c\nsql: { primary_listen: 0.0.0.0:3306 }\nmysqld: { address: 127.0.0.1:3306 }",
            "p.yaml:2: sql.primary_listen: is mysqld.address; give it another port"
        ),
        BadConfiguration(
            "a name among networks",
            "cluster: c\nsql: { proxy_protocol: { accept_from: [10.0.0.0/8, lb.internal] } }",
            "p.yaml:2: sql.proxy_protocol.accept_from: must be an IP address or network such as 10.0.0.0/8 "
                + "or \"fd00::/8\", not \"lb.internal\""
        ),
        BadConfiguration(
            "an unknown compression",
            "cluster: c\nsql: { compression: [zlib, lz4] }",
            "p.yaml:2: sql.compression: must be one of zlib, zstd, not \"lz4\""
        ),
        BadConfiguration(
            "negative limits",
            "cluster: c\nsql: { max_connections_per_host: -1, idle_timeout_ms: -1 }",
            "p.yaml:2: sql.max_connections_per_host: must be a whole number from 0 to 100000, not \"-1\"",
            "p.yaml:2: sql.idle_timeout_ms: must be a whole number from 0 to 604800000 milliseconds, not \"-1\""
        ),
        BadConfiguration(
            "a wrong number of voters",
            "cluster: c\nelection: { voters: many }",
            "p.yaml:2: election.voters: must be a whole number from 1 to 15, not \"many\""
        ),
        BadConfiguration(
            "an even number of voters",
            "cluster: c\nelection: { voters: 4 }",
            "p.yaml:2: election.voters: must be odd: 4 voters bear no more losses than 3, and need one more to agree; "
                + "write 3 or 5"
        ),
        BadConfiguration(
            "two voters",
            "cluster: c\nelection: { voters: 2 }",
            "p.yaml:2: election.voters: must be odd: 2 voters bear no more losses than 1, and need one more to agree; "
                + "make a third one with node.kind: witness"
        ),
        BadConfiguration(
            "an election section without a word",
            "cluster: c\nelection: {}",
            "p.yaml:2: election: is empty; write { voters: 3 }, or null for no quorum"
        ),
        BadConfiguration(
            "a vote hold in which no two heartbeats fit",
            "cluster: c\nelection: { heartbeat_ms: 500 }",
            "p.yaml:2: election.heartbeat_ms: 500 is more than a fourth of election.vote_hold_ms, 1500; write 375 or less"
        ),
        BadConfiguration(
            "a vote hold that is too short for its heartbeats",
            "cluster: c\nelection: { vote_hold_ms: 500 }",
            "p.yaml:2: election.vote_hold_ms: 500 is less than four times election.heartbeat_ms, 150; write 600 or more"
        ),
    ]

    private static let passwordHash =
        "must be * and 40 hexadecimal digits in quotes, or 0x and 140 of them, "
        + "as \"pilotfish hash-password\" prints them"

    static let accountsAndFiles = [
        BadConfiguration(
            "plain password as hash",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n      password_hash: hunter2",
            "p.yaml:5: sql.accounts[0].password_hash: \(passwordHash)"
        ),
        BadConfiguration(
            "hash of seconds a login",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n      password_hash: \"0x2441244646462430"
                + String(repeating: "41", count: 62) + "\"",
            "p.yaml:5: sql.accounts[0].password_hash: has 4095000 rounds, and every login would take as long as they do; "
                + "at most 100000 are taken: make another by \"pilotfish hash-password\""
        ),
        BadConfiguration(
            "hash one digit short",
            "cluster: c\nsql:\n  accounts:\n"
                + "    - { name: a, password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E1\" }",
            "p.yaml:4: sql.accounts[0].password_hash: \(passwordHash)"
        ),
        BadConfiguration(
            "hash without quotes",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n"
                + "      password_hash: *2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19",
            "p.yaml:5: not valid YAML: found undefined alias; a value that begins with * needs quotes"
        ),
        BadConfiguration(
            "account without name and hash",
            "cluster: c\nsql:\n  accounts:\n    - role: reader",
            "p.yaml:4: sql.accounts[0].name: missing; give a name of 1 to 80 bytes without control characters",
            "p.yaml:4: sql.accounts[0].password_hash: missing; give * and 40 hexadecimal digits in quotes, "
                + "or 0x and 140 of them, as \"pilotfish hash-password\" prints them"
        ),
        BadConfiguration(
            "native hash of another method, and beside its like",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n"
                + "      password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\"\n"
                + "      native_password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\"\n"
                + "    - name: b\n      password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\"\n"
                + "      native_password_hash: hunter2",
            "p.yaml:6: sql.accounts[0].native_password_hash: password_hash is of mysql_native_password already; "
                + "remove one of the two",
            "p.yaml:9: sql.accounts[1].native_password_hash: must be * and 40 hexadecimal digits in quotes, "
                + "as \"pilotfish hash-password --native\" prints them",
            "p.yaml:9: sql.accounts[1].native_password_hash: password_hash is of mysql_native_password already; "
                + "remove one of the two"
        ),
        BadConfiguration(
            "account twice",
            "cluster: c\nsql:\n  accounts:\n"
                + "    - { name: a, password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\" }\n"
                + "    - { name: a, password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\" }",
            "p.yaml:5: sql.accounts[1].name: \"a\" is an account already on line 4; remove one of the two"
        ),
        BadConfiguration(
            "unknown role and key",
            "cluster: c\nsql:\n  accounts:\n    - name: a\n      rol: reader\n      role: admin\n"
                + "      password_hash: \"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\"",
            "p.yaml:5: sql.accounts[0].rol: unknown key; did you mean sql.accounts[0].role?",
            "p.yaml:6: sql.accounts[0].role: must be one of reader, operator, not \"admin\""
        ),
        BadConfiguration(
            "accounts as a section",
            "cluster: c\nsql:\n  accounts:\n    a: hunter2",
            "p.yaml:3: sql.accounts: must be a list of accounts with the keys name, password_hash, "
                + "native_password_hash, role"
        ),
        BadConfiguration(
            "accounts as words",
            "cluster: c\nsql:\n  accounts:\n    - hunter2",
            "p.yaml:4: sql.accounts[0]: must have the keys name, password_hash, native_password_hash, role"
        ),
        BadConfiguration(
            "no password file",
            "cluster: c\nmysqld: { password_file: /none }",
            "p.yaml:2: mysqld.password_file: /none cannot be read: No such file or directory"
        ),
        BadConfiguration(
            "empty password file",
            "cluster: c\nmysqld: { password_file: /empty.password }",
            "p.yaml:2: mysqld.password_file: /empty.password has no password on its first line"
        ),
        BadConfiguration(
            "first line empty",
            "cluster: c\nmysqld: { password_file: /blank.password }",
            "p.yaml:2: mysqld.password_file: /blank.password has no password on its first line"
        ),
        BadConfiguration(
            "password that is no text",
            "cluster: c\nmysqld: { password_file: /binary.password }",
            "p.yaml:2: mysqld.password_file: /binary.password holds no text in UTF-8"
        ),
        BadConfiguration(
            "password with a NUL",
            "cluster: c\nmysqld: { password_file: /nul.password }",
            "p.yaml:2: mysqld.password_file: /nul.password holds no text in UTF-8"
        ),
        BadConfiguration(
            "large password file",
            "cluster: c\nmysqld: { password_file: /large.password }",
            "p.yaml:2: mysqld.password_file: /large.password is larger than 64 KiB"
        ),
        BadConfiguration(
            "bad key file",
            "cluster: c\ngossip: { key_file: /bad.keys }",
            "p.yaml:2: gossip.key_file: /bad.keys:2: not a key; a line holds 32 bytes in base64 "
                + "as \"pilotfish keygen\" prints them"
        ),
        BadConfiguration(
            "no key file",
            "cluster: c\ngossip: { listen: 0.0.0.0:6307, key_file: /none }",
            "p.yaml:2: gossip.key_file: /none cannot be read: No such file or directory"
        ),
    ]

    static let syntax = [
        BadConfiguration(
            "bad indent",
            "cluster: c\nsql:\n  listen: a:1\n advertise: b:2",
            "p.yaml:4: not valid YAML: did not find expected key"
        ),
        BadConfiguration(
            "tab",
            "cluster: c\nsql:\n\tlisten: a:1",
            "p.yaml:3: not valid YAML: found character that cannot start any token; indent with spaces, not with tabs"
        ),
        BadConfiguration(
            "two colons",
            "cluster: c\nlog: level: info",
            "p.yaml:2: not valid YAML: mapping values are not allowed in this context"
        ),
        BadConfiguration(
            "IPv6 address without quotes",
            "cluster: c\nsql: { proxy_protocol: { accept_from: [10.0.0.1, ::1] } }",
            "p.yaml:2: not valid YAML: did not find expected node content; a value that begins with : needs quotes"
        ),
        BadConfiguration(
            "open quotes",
            "cluster: \"c\nlog: {}",
            "p.yaml:3: not valid YAML: found unexpected end of stream"
        ),
        BadConfiguration(
            "two documents",
            "cluster: c\n---\ncluster: d",
            "p.yaml:2: not valid YAML: but found another document"
        ),
        BadConfiguration(
            "control character in the text",
            "cluster: c\nlog: \u{1}",
            "p.yaml:2: not valid YAML: control characters are not allowed"
        ),
        BadConfiguration(
            "aliases of aliases",
            "cluster: c\na: &a [x, x]\n" + String(repeating: "b: [*a, *a, *a, *a, *a, *a]\n", count: 3),
            "p.yaml:5: more than 16 YAML aliases; write values out, and put one that begins with * in quotes"
        ),
    ]

    @Test("keys", arguments: keys)
    func refusesKeys(bad: BadConfiguration) { check(bad) }

    @Test("types", arguments: types)
    func refusesTypes(bad: BadConfiguration) { check(bad) }

    @Test("rules among settings", arguments: rules)
    func refusesRules(bad: BadConfiguration) { check(bad) }

    @Test("accounts and files", arguments: accountsAndFiles)
    func refusesAccountsAndFiles(bad: BadConfiguration) { check(bad) }

    @Test("YAML's own errors", arguments: syntax)
    func refusesSyntax(bad: BadConfiguration) { check(bad) }

    private func check(_ bad: BadConfiguration) {
        let lines = errorLines(bad.yaml)
        #expect(lines == bad.errors.map { "pilotfish: \($0)" })
        #expect(!lines.contains { $0.contains("hunter2") }, "a secret is in a message")
    }

    @Test("the host's name must be a node's name where none is given")
    func hostName() {
        #expect(
            errorLines("cluster: c", hostName: "db_1!") == [
                "pilotfish: p.yaml: node.name: missing, and the host's name \"db_1!\" is no node name; set node.name"
            ]
        )
        #expect(errorLines("cluster: c\nnode: { name: db1 }", hostName: "db_1!") == [])
    }

    @Test("all errors are told, in the order of the file")
    func all() {
        let lines = errorLines(
            """
            log: { level: loud }
            cluster: orders
            node: { nam: x }
            sql: { listen: 1 }
            """
        )
        #expect(lines.map { $0.prefix(19) } == ["pilotfish: p.yaml:1", "pilotfish: p.yaml:3", "pilotfish: p.yaml:4"])
    }

    @Test("of many errors the first ones are told")
    func many() {
        let keys = errorLines((0..<10_000).map { "wrong\($0): 1" }.joined(separator: "\n"))
        #expect(keys.count == 51)
        #expect(keys.last == "pilotfish: p.yaml:50: more errors follow, which are not shown")
        let accounts = (0..<1000).map { "    - { name: a\($0) }" }.joined(separator: "\n")
        #expect(errorLines("cluster: c\nsql:\n  accounts:\n\(accounts)").count == 51)
    }

    @Test("each repeated key is told, and of many the first ones")
    func manyRepeated() {
        let pairs = errorLines((0..<20).map { "k\($0): 1\nk\($0): 2" }.joined(separator: "\n"))
        let repeated = pairs.filter { $0.contains("given twice") }
        #expect(
            repeated
                == (0..<20).map {
                    "pilotfish: p.yaml:\(2 * $0 + 2): k\($0): given twice; it stands on line \(2 * $0 + 1) already"
                }
        )
        #expect(errorLines(String(repeating: "k: 1\n", count: 20_000)).count == 51)
    }

    @Test(
        "deep nesting is an error",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
            (0..<2000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        ]
    )
    func deep(yaml: String) {
        #expect(errorLines(yaml).allSatisfy { $0.hasSuffix("not valid YAML: nested too deeply") })
        #expect(errorLines(yaml).count == 1)
    }
}
