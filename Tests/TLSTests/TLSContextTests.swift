import Foundation
import TLS
import TestServers
import Testing

@Suite("Loading certificates and keys")
struct TLSContextTests {
    private let contexts: Contexts
    private let folder: String

    init() throws {
        contexts = try Contexts()
        folder = contexts.certificates.directory
    }

    private func error(_ certificate: String, _ key: String) -> TLSContextError? {
        let identity = TLSIdentity(certificateChainFile: certificate, privateKeyFile: key)
        do {
            _ = try TLSContext(server: TLSServerSettings(identity: identity))
            return nil
        } catch {
            return error
        }
    }

    private func file(_ name: String, _ text: String) throws -> String {
        try write(text, to: "\(folder)/\(name)")
        return "\(folder)/\(name)"
    }

    @Test("a certificate and its key load")
    func loads() {
        #expect(error(contexts.server.certificateFile, contexts.server.keyFile) == nil)
    }

    @Test("a file that is missing or no file is named with the operating system's reason")
    func unreadable() {
        let missing = "\(folder)/missing.pem"
        #expect(
            error(missing, contexts.server.keyFile) == .unreadable(file: missing, reason: "No such file or directory")
        )
        #expect(
            error(contexts.server.certificateFile, missing)
                == .unreadable(file: missing, reason: "No such file or directory")
        )
        #expect(error(folder, contexts.server.keyFile) == .unreadable(file: folder, reason: "not a regular file"))
    }

    @Test("files of another content are named with OpenSSL's reason")
    func content() throws {
        let text = try file("text.pem", "no certificate\n")
        guard case .notACertificate(text, let reason)? = error(text, contexts.server.keyFile) else {
            Issue.record("another error for a certificate")
            return
        }
        #expect(reason == "no start line")
        guard case .notAKey(text, _)? = error(contexts.server.certificateFile, text) else {
            Issue.record("another error for a key")
            return
        }
    }

    @Test("a key of another certificate is refused")
    func mismatch() {
        let other = contexts.client.keyFile
        let certificate = contexts.server.certificateFile
        #expect(error(certificate, other) == .keyMismatch(certificateFile: certificate, keyFile: other))
    }

    @Test("a key that needs a passphrase is refused without asking for it")
    func encrypted() throws {
        let key = "\(folder)/encrypted.key"
        let command = Process()
        command.executableURL = URL(filePath: "/usr/bin/env")
        command.arguments =
            ["openssl", "pkcs8", "-topk8", "-in", contexts.server.keyFile, "-out", key, "-passout", "pass:secret"]
        try command.run()
        command.waitUntilExit()
        #expect(error(contexts.server.certificateFile, key) == .encryptedKey(file: key))
    }

    @Test("a certificate whose time is over or has not begun is refused")
    func time() throws {
        let expired = try contexts.certificates.makeServer(validity: .expired, fileName: "expired")
        guard case .expired(expired.certificateFile, let end)? = error(expired.certificateFile, expired.keyFile) else {
            Issue.record("loaded an expired certificate")
            return
        }
        #expect(end.hasSuffix("GMT"))
        let future = try contexts.certificates.makeServer(validity: .future, fileName: "future")
        guard case .notYetValid(future.certificateFile, _)? = error(future.certificateFile, future.keyFile) else {
            Issue.record("loaded a certificate of the future")
            return
        }
    }

    @Test("a file without authorities is refused in both roles")
    func authorities() throws {
        let text = try file("authorities.pem", "none\n")
        #expect(throws: TLSContextError.self) {
            try contexts.serverContext(clients: .required(authorityFile: text))
        }
        #expect(throws: TLSContextError.self) { try contexts.clientContext(.authority(.file(text))) }
        #expect(throws: TLSContextError.unreadable(file: "/none", reason: "No such file or directory")) {
            try contexts.clientContext(.authority(.file("/none")))
        }
    }

    @Test("the system's authorities load")
    func systemAuthorities() throws {
        #expect(try contexts.clientContext(.authorityAndName(.system)).role == .client)
    }

    @Test("versions in the wrong order are refused")
    func versions() {
        let range = TLSVersionRange(least: .tls13, most: .tls12)
        #expect(throws: TLSContextError.invalidVersions(range)) { try contexts.serverContext(versions: range) }
    }
}
