import Foundation
import TLS
import TestServers
import Testing

@testable import Configuration

@Suite("TLS in a configuration")
struct TLSConfigurationTests {
    private static let identity = TLSIdentity(certificateChainFile: "/c.pem", privateKeyFile: "/k.pem")

    // MARK: - Clients

    @Test(
        "sql.tls names the files, and what clients have to show",
        arguments: [
            ("", .off, .optional),
            (", require: true", .off, .required),
            (", client_ca: /ca.pem", .optional(authorityFile: "/ca.pem"), .optional),
            (
                ", client_ca: /ca.pem, require_client_certificate: true, require: true",
                .required(authorityFile: "/ca.pem"), .required
            ),
        ] as [(String, TLSClientVerification, Configuration.ClientEncryption)]
    )
    func listener(
        keys: String,
        verification: TLSClientVerification,
        clients: Configuration.ClientEncryption
    ) throws {
        let loaded = try parse("cluster: c\nsql: { tls: { certificate: /c.pem, key: /k.pem\(keys) } }")
        let settings = TLSServerSettings(identity: Self.identity, clientVerification: verification)
        #expect(loaded.configuration.sql.tls == .init(settings: settings, clients: clients))
        #expect(loaded.warnings.isEmpty)
    }

    @Test(
        "without a certificate clients cannot encrypt",
        arguments: ["tls: null", "tls: {}", "tls: { require: false }"]
    )
    func noListener(section: String) throws {
        #expect(try parse("cluster: c\nsql: { \(section) }").configuration.sql.tls == nil)
    }

    @Test("the environment alone is enough")
    func environment() throws {
        let environment = [
            "PILOTFISH_CLUSTER": "c", "PILOTFISH_SQL_TLS_CERTIFICATE": "/c.pem", "PILOTFISH_SQL_TLS_KEY": "/k.pem",
            "PILOTFISH_SQL_TLS_REQUIRE": "yes", "PILOTFISH_MYSQLD_ADDRESS": "db1:3306",
            "PILOTFISH_MYSQLD_TLS_VERIFY": "none",
        ]
        let configuration = try parse(nil, environment: environment).configuration
        #expect(configuration.sql.tls?.settings.identity == Self.identity)
        #expect(configuration.sql.tls?.clients == .required)
        #expect(configuration.mysqld.tls?.settings.verification == .off)
    }

    private static let needsBoth = "needs sql.tls.certificate and sql.tls.key; give both, or remove it"

    @Test(
        "sql.tls is refused where a part is missing or cannot be read",
        arguments: [
            (
                ["certificate: /c.pem"],
                ["4: sql.tls.certificate: needs sql.tls.key, the file of its private key; give it"]
            ),
            (["key: /k.pem"], ["4: sql.tls.key: needs sql.tls.certificate; give it, or remove the key"]),
            (["client_ca: /ca.pem"], ["4: sql.tls.client_ca: \(needsBoth)"]),
            (["require: true"], ["4: sql.tls.require: \(needsBoth)"]),
            (
                ["require: true", "require_client_certificate: true"],
                [
                    "4: sql.tls.require: \(needsBoth)",
                    "5: sql.tls.require_client_certificate: needs sql.tls.client_ca, whose certificates are accepted; "
                        + "give it, or remove this key",
                ]
            ),
            (
                ["certificate: /c.pem", "key: /k.pem", "require_client_certificate: true"],
                [
                    "6: sql.tls.require_client_certificate: needs sql.tls.client_ca, whose certificates are accepted; "
                        + "give it, or remove this key"
                ]
            ),
            (
                ["certificate: /none", "key: /k.pem"],
                ["4: sql.tls.certificate: /none: cannot be read: No such file or directory"]
            ),
            (
                ["certificate: /c.pem", "key: /none"],
                ["5: sql.tls.key: /none cannot be read: No such file or directory"]
            ),
            (
                ["certificate: /c.pem", "key: /k.pem", "client_ca: /none"],
                ["6: sql.tls.client_ca: /none: cannot be read: No such file or directory"]
            ),
            (
                ["certificate: /expired.pem", "key: /k.pem"],
                ["4: sql.tls.certificate: /expired.pem: the certificate expired at Nov 21 08:00:00 2025 GMT"]
            ),
            (["certificates: /c.pem"], ["4: sql.tls.certificates: unknown key; did you mean sql.tls.certificate?"]),
            // One mistake is one error, whatever it makes of the other keys.
            (
                ["certificat: /c.pem", "key: /k.pem"],
                ["4: sql.tls.certificat: unknown key; did you mean sql.tls.certificate?"]
            ),
            (["certificate: [/c.pem]", "key: /k.pem"], ["4: sql.tls.certificate: must be a path, not a list"]),

        ] as [([String], [String])]
    )
    func badListener(keys: [String], expected: [String]) {
        let section = keys.map { "    \($0)" }.joined(separator: "\n")
        #expect(errorLines("cluster: c\nsql:\n  tls:\n\(section)") == expected.map { "pilotfish: p.yaml:\($0)" })
    }

    @Test("a client certificate that plain connections evade is warned of")
    func warnings() throws {
        let loaded = try parse(
            """
            cluster: c
            sql:
              tls:
                certificate: /c.pem
                key: /k.pem
                client_ca: /ca.pem
                require_client_certificate: true
            """
        )
        #expect(
            loaded.warnings.map(\.line) == [
                "pilotfish: warning: p.yaml:7: sql.tls.require_client_certificate: does not hold for clients that "
                    + "do not encrypt; set sql.tls.require: true as well"
            ]
        )
        #expect(loaded.configuration.sql.tls?.settings.clientVerification == .required(authorityFile: "/ca.pem"))
    }

    // MARK: - mysqld

    @Test(
        "mysqld's certificate is verified unless the file says otherwise",
        arguments: [
            ("{ ca: /ca.pem }", .authorityAndName(.file("/ca.pem")), "full"),
            ("{ ca: /ca.pem, verify: full }", .authorityAndName(.file("/ca.pem")), "full"),
            ("{ ca: /ca.pem, verify: ca }", .authority(.file("/ca.pem")), "ca"),
            ("{ verify: ca }", .authority(.system), "ca"),
            ("{ verify: full, ca: null }", .authorityAndName(.system), "full"),
            ("{ verify: none }", .off, "none"),
        ] as [(String, TLSServerVerification, String)]
    )
    func server(section: String, verification: TLSServerVerification, shown: String) throws {
        let configuration = try parse("cluster: c\nmysqld: { address: db1:3306, tls: \(section) }").configuration
        #expect(configuration.mysqld.tls == .init(settings: TLSClientSettings(verification: verification)))
        #expect(configuration.settings.first { $0.name == "mysqld.tls.verify" }?.value == shown)
    }

    @Test("the sidecar may have a certificate of its own for mysqld")
    func serverIdentity() throws {
        let yaml = "cluster: c\nmysqld: { address: db1:3306, tls: { certificate: /c.pem, key: /k.pem } }"
        let settings = TLSClientSettings(verification: .authorityAndName(.system), identity: Self.identity)
        #expect(try parse(yaml).configuration.mysqld.tls == .init(settings: settings))
    }

    @Test("null is no encryption, over TCP and a unix socket", arguments: ["db1:3306", "unix:/run/m.sock"])
    func noServer(address: String) throws {
        for section in ["", ", tls: null", ", tls: ~"] {
            let configuration = try parse("cluster: c\nmysqld: { address: \"\(address)\"\(section) }").configuration
            #expect(configuration.mysqld.tls == nil)
            let shown = try #require(configuration.settings.first { $0.name == "mysqld.tls.verify" })
            #expect(shown.value == nil)
        }
    }

    @Test("an empty variable takes back the file's only value")
    func switchedOff() throws {
        let yaml = "cluster: c\nmysqld: { address: db1:3306, tls: { ca: /ca.pem } }"
        let configuration = try parse(yaml, environment: ["PILOTFISH_MYSQLD_TLS_CA": ""]).configuration
        #expect(configuration.mysqld.tls == nil)
    }

    private static let empty =
        "mysqld.tls: is empty; write { ca: /path/of/ca.pem }, or { verify: none } to trust any server, "
        + "or null for no encryption"

    @Test(
        "mysqld.tls is refused where it says too little or two things at once",
        arguments: [
            ("db1:3306", "{}", empty),
            ("db1:3306", "{ ca: null }", empty),
            ("db1:3306", "{ ca: ~, key: ~ }", empty),
            (
                "unix:/run/m.sock", "{ ca: /ca.pem }",
                "mysqld.tls: TLS over a unix socket brings nothing; remove it, or give mysqld.address as host:port"
            ),
            (
                "db1:3306", "{ ca: /ca.pem, verify: none }",
                "mysqld.tls.ca: is not looked at with verify: none; remove one of the two"
            ),
            ("db1:3306", "{ verify: some }", "mysqld.tls.verify: must be one of none, ca, full, not \"some\""),
            (
                "db1:3306", "{ certificate: /c.pem }",
                "mysqld.tls.certificate: needs mysqld.tls.key, the file of its private key; give it"
            ),
            (
                "db1:3306", "{ key: /k.pem }",
                "mysqld.tls.key: needs mysqld.tls.certificate; give it, or remove the key"
            ),
            ("db1:3306", "{ ca: /none }", "mysqld.tls.ca: /none: cannot be read: No such file or directory"),
            (
                "db1:3306", "{ certificate: /expired.pem, key: /k.pem }",
                "mysqld.tls.certificate: /expired.pem: the certificate expired at Nov 21 08:00:00 2025 GMT"
            ),
            (
                "db1:3306", "{ certificate: /c.pem, key: /none }",
                "mysqld.tls.key: /none cannot be read: No such file or directory"
            ),
            (
                "db1:3306", "yes",
                "mysqld.tls: must be a section with the keys ca, verify, certificate, key, not a single value"
            ),
        ]
    )
    func badServer(address: String, section: String, expected: String) {
        let lines = errorLines("cluster: c\nmysqld:\n  address: \"\(address)\"\n  tls: \(section)")
        #expect(lines == ["pilotfish: p.yaml:4: \(expected)"])
    }

    @Test("of a wrong address and TLS over it the address alone is an error")
    func badAddress() {
        let lines = errorLines("cluster: c\nmysqld: { address: db1, tls: { ca: /ca.pem } }")
        #expect(
            lines == [
                "pilotfish: p.yaml:2: mysqld.address: must be unix:/path/of/mysqld.sock or host:port, not \"db1\""
            ]
        )
    }

    // MARK: - Real files

    @Test("certificates, keys and authorities on disk are loaded, and each fault is told at its key")
    func realFiles() throws {
        let certificates = try TestCertificates()
        let good = try certificates.makeServer(fileName: "good")
        let expired = try certificates.makeServer(validity: .expired, fileName: "expired")
        func lines(_ certificate: String, _ key: String, _ authority: String) -> [String] {
            let yaml = """
                cluster: c
                node: { name: db1 }
                sql:
                  tls:
                    certificate: \(certificate)
                    key: \(key)
                    client_ca: \(authority)
                mysqld:
                  address: db1:3306
                  tls: { ca: \(authority), certificate: \(good.certificateFile), key: \(good.keyFile) }
                """
            do {
                let file = "p.yaml"
                _ = try Configuration.parse(
                    yaml,
                    fileName: file,
                    environment: [:],
                    hostName: "db1",
                    files: LocalFiles()
                )
                return []
            } catch {
                return error.lines
            }
        }
        #expect(lines(good.certificateFile, good.keyFile, certificates.authorityFile) == [])
        #expect(
            lines(good.certificateFile, expired.keyFile, certificates.authorityFile) == [
                "pilotfish: p.yaml:6: sql.tls.key: \(expired.keyFile): is not the key of the certificate in "
                    + good.certificateFile
            ]
        )
        let late = lines(expired.certificateFile, expired.keyFile, certificates.authorityFile)
        #expect(late.count == 1)
        let start = "pilotfish: p.yaml:5: sql.tls.certificate: \(expired.certificateFile): the certificate expired at "
        #expect(late.first?.hasPrefix(start) == true)
        let noAuthority = lines(good.certificateFile, good.keyFile, good.keyFile)
        let starts = ["pilotfish: p.yaml:7: sql.tls.client_ca: ", "pilotfish: p.yaml:10: mysqld.tls.ca: "]
        try #require(noAuthority.count == starts.count)
        for (line, start) in zip(noAuthority, starts) { #expect(line.hasPrefix(start + good.keyFile)) }
    }
}
