import Configuration
import Foundation
import Testing

@Suite("Configuration files on disk")
struct ConfigurationFileTests {
    /// Calls the body with a folder that is gone afterwards.
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pilotfish-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func errors(ofFile path: String) -> [String] {
        do {
            _ = try Configuration.load(path: path, environment: [:], hostName: "db1")
            return []
        } catch {
            return error.lines
        }
    }

    @Test("a file is read with those that it names, and their permissions are looked at")
    func load() throws {
        try withFolder { folder in
            let password = folder.appendingPathComponent("password").path
            let file = folder.appendingPathComponent("pilotfish.yaml").path
            try Data("s3cret\n".utf8).write(to: URL(fileURLWithPath: password))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: password)
            try "cluster: c\nmysqld: { password_file: \(password) }".write(
                toFile: file,
                atomically: false,
                encoding: .utf8
            )
            let closed = try Configuration.load(path: file, environment: [:], hostName: "db1")
            #expect(closed.configuration.mysqld.password?.exposed == "s3cret")
            #expect(closed.warnings.isEmpty)

            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: password)
            #expect(
                errors(ofFile: file) == [
                    "pilotfish: \(file):2: mysqld.password_file: \(password) is readable by every user; chmod o-r it"
                ]
            )
        }
    }

    @Test(
        "a secret that every user can read is none",
        arguments: [
            ("mysqld: { password_file: /open.password }", "mysqld.password_file: /open.password"),
            ("gossip: { key_file: /world.keys }", "gossip.key_file: /world.keys"),
            ("sql: { tls: { certificate: /c.pem, key: /open.pem } }", "sql.tls.key: /open.pem"),
            (
                "mysqld: { address: 'db1:3306', tls: { certificate: /c.pem, key: /open.pem } }",
                "mysqld.tls.key: /open.pem"
            ),
        ]
    )
    func openSecrets(section: String, named: String) {
        #expect(
            errorLines("cluster: c\n\(section)") == [
                "pilotfish: p.yaml:2: \(named) is readable by every user; chmod o-r it"
            ]
        )
    }

    @Test("hashes of passwords are not for every user either")
    func openHashes() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("pilotfish.yaml").path
            let account = "{ name: topology, password_hash: '*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B' }"
            try "cluster: c\nsql:\n  accounts:\n    - \(account)".write(
                toFile: file,
                atomically: false,
                encoding: .utf8
            )
            for (mode, isOpen) in [(0o640, false), (0o600, false), (0o644, true), (0o604, true)] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
                let expected = [
                    "pilotfish: \(file):4: sql.accounts: \(file) holds hashes of passwords and is readable by every user; "
                        + "chmod o-r it"
                ]
                #expect(errors(ofFile: file) == (isOpen ? expected : []))
            }
        }
    }

    @Test("a missing file, a folder, bytes that are no text and a huge file are one line each")
    func unreadable() throws {
        try withFolder { folder in
            let advice = "give the path of a YAML file"
            let missing = folder.appendingPathComponent("none.yaml").path
            #expect(
                errors(ofFile: missing) == [
                    "pilotfish: \(missing): cannot be read: No such file or directory; \(advice)"
                ]
            )
            #expect(
                errors(ofFile: folder.path) == ["pilotfish: \(folder.path): cannot be read: Is a directory; \(advice)"]
            )
            let binary = folder.appendingPathComponent("binary.yaml").path
            try Data(Array("cluster: c\n# ".utf8) + [0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: binary))
            #expect(errors(ofFile: binary) == ["pilotfish: \(binary):2: is not text in UTF-8"])
            let huge = folder.appendingPathComponent("huge.yaml").path
            try Data(repeating: UInt8(ascii: "#"), count: 1_048_577).write(to: URL(fileURLWithPath: huge))
            #expect(errors(ofFile: huge) == ["pilotfish: \(huge): is larger than 1024 KiB; \(advice)"])
            #expect(errors(ofFile: "/dev/zero") == ["pilotfish: /dev/zero: is larger than 1024 KiB; \(advice)"])
            #expect(errors(ofFile: "/dev/null\0x").count == 1)
        }
    }

    @Test("a comment of exactly the greatest size is read")
    func largest() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("large.yaml").path
            let text = Data("cluster: c\n".utf8)
            try (text + Data(repeating: UInt8(ascii: "#"), count: 1_048_576 - text.count)).write(
                to: URL(fileURLWithPath: file)
            )
            #expect(errors(ofFile: file) == [])
        }
    }

    @Test("this host has a name")
    func hostName() {
        #expect(!LocalHost.name.isEmpty)
    }
}
