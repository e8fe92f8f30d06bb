import Configuration
import Cryptography
import Foundation
import Testing

/// What the built command, which lies beside the tests' own executable, did with some arguments.
private struct CommandRun {
    var status: Int32
    var output: String
    var errors: String

    init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = URL(fileURLWithPath: tests).deletingLastPathComponent()
        let process = Process()
        process.executableURL = folder.appendingPathComponent("pilotfish")
        process.arguments = arguments
        process.environment = environment
        let (standardInput, standardOutput, standardError) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = standardError
        try process.run()
        if !input.isEmpty { try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
        // Both are far shorter than what a pipe holds, so that one can be read after the other.
        output = String(decoding: standardOutput.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        errors = String(decoding: standardError.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}

@Suite("The command", .serialized)
struct CommandTests {
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appendingPathComponent("pilotfish-\(UUID().uuidString).yaml").path
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        try body(file)
    }

    @Test("--version and --help tell and end with 0")
    func version() throws {
        let version = try CommandRun(["--version"])
        #expect(version.output == "pilotfish 0.1.0\n")
        #expect(version.status == 0)
        let help = try CommandRun(["--help"])
        for name in ["serve", "check-config", "hash-password", "keygen"] { #expect(help.output.contains(name)) }
        #expect(help.status == 0)
    }

    @Test("wrong usage ends with 64", arguments: [["bogus"], ["serve", "--bogus"], ["serve", "--config"]])
    func usage(arguments: [String]) throws {
        #expect(try CommandRun(arguments).status == 64)
    }

    @Test(
        "serve tells in the log's format also what is wrong before it logs",
        arguments: [
            ("cluster: c\nlog: { format: json }\nbogus: 1", [:]),
            ("cluster: c\nbogus: 1", ["PILOTFISH_LOG_FORMAT": "json"]),
            ("cluster: [", ["PILOTFISH_LOG_FORMAT": "json"]),
        ]
    )
    func jsonBeforeTheLog(yaml: String, environment: [String: String]) throws {
        try withFile(yaml) { file in
            let run = try CommandRun(["serve", "--config", file], environment: environment)
            #expect(run.status == 78)
            let lines = run.errors.split(separator: "\n")
            #expect(!lines.isEmpty)
            for line in lines {
                let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
                #expect(entry?["level"] == "error")
                #expect(entry?["message"]?.hasPrefix(file) == true, "\(line)")
            }
        }
        let missing = try CommandRun(
            ["serve", "--config", "/nonexistent.yaml"],
            environment: ["PILOTFISH_LOG_FORMAT": "json"]
        )
        #expect(missing.errors.hasPrefix("{"))
    }

    @Test("check-config says OK, with warnings on standard error, and ends with 0")
    func good() throws {
        try withFile("cluster: orders\nnode: { name: db1 }\nfailover: { hooks_dir: /etc/hooks }") { file in
            let run = try CommandRun(["check-config", "--config", file])
            #expect(run.output == "\(file): OK (cluster orders, node db1)\n")
            #expect(run.errors == "pilotfish: warning: \(file):3: failover.hooks_dir: has no effect in this version\n")
            #expect(run.status == 0)
        }
    }

    @Test("check-config takes the environment alone")
    func environment() throws {
        let environment = ["PILOTFISH_CLUSTER": "orders", "PILOTFISH_NODE_NAME": "db9"]
        try withFile("") { file in
            let run = try CommandRun(["check-config", "--config", file], environment: environment)
            #expect(run.output == "\(file): OK (cluster orders, node db9)\n")
            #expect(run.status == 0)
        }
    }

    @Test("a wrong configuration ends with 78 and one line for each error", arguments: ["check-config", "serve"])
    func bad(command: String) throws {
        try withFile("cluster: orders\nsql:\n  lisen: 1\nlog: { level: loud }") { file in
            let run = try CommandRun([command, "--config", file])
            #expect(run.output.isEmpty)
            #expect(
                run.errors.split(separator: "\n") == [
                    "pilotfish: \(file):3: sql.lisen: unknown key; did you mean sql.listen?",
                    "pilotfish: \(file):4: log.level: must be one of trace, debug, info, notice, warning, error, "
                        + "critical, not \"loud\"",
                ]
            )
            #expect(run.status == 78)
        }
    }

    @Test("a missing file ends with 78 and names it", arguments: ["check-config", "serve"])
    func missing(command: String) throws {
        let run = try CommandRun([command, "--config", "/nowhere/pilotfish.yaml"])
        #expect(
            run.errors == "pilotfish: /nowhere/pilotfish.yaml: cannot be read: No such file or directory; "
                + "give the path of a YAML file\n"
        )
        #expect(run.status == 78)
    }

    @Test(
        "hash-password prints a salted hash of the first line of standard input, which a configuration takes",
        arguments: ["password", "password\n", "password\r\n", "password\nmore\n"]
    )
    func hashPassword(input: String) throws {
        let run = try CommandRun(["hash-password"], input: input)
        #expect(run.errors.isEmpty)
        #expect(run.status == 0)
        let text = run.output.trimmingCharacters(in: .newlines)
        #expect(run.output == text + "\n")
        guard case .cachingSHA2(let hash)? = PasswordHash(text) else {
            Issue.record("not a hash of caching_sha2_password: \(text)")
            return
        }
        #expect(hash.matches(password: Array("password".utf8)))
        #expect(!hash.matches(password: Array("Password".utf8)))
        #expect(try CommandRun(["hash-password"], input: input).output != run.output)
        // Without quotes, too.
        try withFile("cluster: c\nsql:\n  accounts:\n    - { name: a, password_hash: \(text) }") { file in
            let environment = ["PILOTFISH_NODE_NAME": "db1"]
            let check = try CommandRun(["check-config", "--config", file], environment: environment)
            #expect(check.errors.isEmpty)
            #expect(check.status == 0)
        }
    }

    @Test(
        "hash-password --native prints the hash of mysql_native_password",
        arguments: ["password", "password\n", "password\r\n", "password\nmore\n"]
    )
    func nativeHash(input: String) throws {
        let run = try CommandRun(["hash-password", "--native"], input: input)
        #expect(run.output == "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19\n")
        #expect(run.errors.isEmpty)
        #expect(run.status == 0)
    }

    @Test("hash-password takes no empty password, no endless one, and none as an argument")
    func refusedPasswords() throws {
        for input in ["", "\n", "\r\n"] {
            let run = try CommandRun(["hash-password"], input: input)
            #expect(run.output.isEmpty)
            #expect(run.errors == "pilotfish: the password is empty; give one on standard input\n")
            #expect(run.status == 1)
        }
        let long = try CommandRun(["hash-password"], input: String(repeating: "x", count: 5000))
        #expect(long.errors == "pilotfish: the password is longer than 4096 bytes\n")
        #expect(long.status == 1)
        #expect(try CommandRun(["hash-password", "hunter2"]).status == 64)
        #expect(try CommandRun(["hash-password", "--native", "hunter2"]).status == 64)
    }

    @Test("caching_sha2_password has a limit of its own")
    func longPassword() throws {
        let longest = String(repeating: "x", count: 256)
        #expect(try CommandRun(["hash-password"], input: longest).status == 0)
        let run = try CommandRun(["hash-password"], input: longest + "x")
        #expect(run.output.isEmpty)
        #expect(run.errors == "pilotfish: the password is longer than 256 bytes; shorten it or use --native\n")
        #expect(run.status == 1)
        #expect(try CommandRun(["hash-password", "--native"], input: longest + "x").status == 0)
    }

    @Test("keygen prints a key that a configuration takes, another one each time")
    func keygen() throws {
        let key = try CommandRun(["keygen"])
        #expect(key.status == 0)
        #expect(try CommandRun(["keygen"]).output != key.output)
        try withFile("# ring of orders\n\(key.output)") { keyFile in
            try withFile("cluster: orders\ngossip: { listen: 0.0.0.0:6307, key_file: \(keyFile) }") { file in
                let environment = ["PILOTFISH_NODE_NAME": "db1"]
                let run = try CommandRun(["check-config", "--config", file], environment: environment)
                #expect(run.status == 0)
            }
        }
    }
}
