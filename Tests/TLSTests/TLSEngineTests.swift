import NIOCore
import TLS
import TestServers
import Testing

@Suite("A TLS session without I/O")
struct TLSEngineTests {
    private let contexts: Contexts

    init() throws { contexts = try Contexts() }

    /// Two sessions whose ciphertext is carried between them, in slices of some length.
    private final class Pair {
        let server: TLSEngine
        let client: TLSEngine
        let slice: Int

        init(_ server: TLSContext, _ client: TLSContext, peerName: String? = "localhost", slice: Int = .max) throws {
            self.server = try TLSEngine(context: server)
            self.client = try TLSEngine(context: client, peerName: peerName)
            self.slice = slice
        }

        /// - Returns: what went wrong at the client and at the server.
        func handshake() -> (client: TLSError?, server: TLSError?) {
            var errors: (client: TLSError?, server: TLSError?)
            for _ in 0..<10 where errors.client == nil || errors.server == nil {
                errors.client = errors.client ?? Self.step(client)
                carry(from: client, to: server) { errors.server = errors.server ?? Self.step(server) }
                errors.server = errors.server ?? Self.step(server)
                carry(from: server, to: client) { errors.client = errors.client ?? Self.step(client) }
            }
            return errors
        }

        private static func step(_ engine: TLSEngine) -> TLSError? {
            do {
                if try engine.handshake() == .completed {
                    var plaintext = ByteBuffer()
                    _ = try engine.decrypt(into: &plaintext)
                }
                return nil
            } catch {
                return error
            }
        }

        func carry(from: TLSEngine, to: TLSEngine, each: () -> Void) {
            guard var bytes = from.takeCiphertext() else { return }
            while let part = bytes.readSlice(length: min(slice, bytes.readableBytes)), part.readableBytes > 0 {
                to.receive(part)
                each()
            }
        }

        func send(_ text: ByteBuffer, from: TLSEngine, to: TLSEngine) throws -> ByteBuffer {
            try from.encrypt(text)
            var received = ByteBuffer()
            var failure: (any Error)?
            carry(from: from, to: to) {
                do { _ = try to.decrypt(into: &received) } catch { failure = error }
            }
            if let failure { throw failure }
            return received
        }
    }

    @Test("the handshake completes however its bytes are sliced", arguments: TLSVersion.allCases, [1, 7, 1_000, .max])
    func handshake(version: TLSVersion, slice: Int) throws {
        let pair = try Pair(
            contexts.serverContext(versions: .only(version)),
            contexts.clientContext(),
            slice: slice
        )
        let errors = pair.handshake()
        #expect(errors.client == nil)
        #expect(errors.server == nil)
        for engine in [pair.client, pair.server] {
            #expect(engine.isEstablished)
            #expect(engine.version == version)
        }
        #expect(pair.client.cipher != nil)
        #expect(pair.client.cipher == pair.server.cipher)
        #expect(pair.client.peerSubject == "CN=localhost")
        #expect(pair.server.peerSubject == nil)
    }

    @Test("plaintext arrives whole, both ways, of any length and slicing", arguments: [1, 5, 16_384, .max])
    func plaintext(slice: Int) throws {
        let pair = try Pair(contexts.serverContext(), contexts.clientContext(), slice: slice)
        _ = pair.handshake()
        for count in [0, 1, 16_383, 16_384, 16_385, 100_000] {
            let text = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            #expect(try pair.send(text, from: pair.client, to: pair.server) == text)
            #expect(try pair.send(text, from: pair.server, to: pair.client) == text)
        }
    }

    @Test("versions that do not overlap fail the handshake on both sides")
    func versions() throws {
        let pair = try Pair(
            contexts.serverContext(versions: .only(.tls13)),
            contexts.clientContext(versions: .only(.tls12))
        )
        let errors = pair.handshake()
        #expect(errors.server == .handshakeFailed(reason: "unsupported protocol"))
        #expect(errors.client == .handshakeFailed(reason: "tlsv1 alert protocol version"))
    }

    @Test("a server whose certificate is for another name, of another authority or expired is refused")
    func serverCertificate() throws {
        for name in ["db1.example", "127.0.0.2", "::1"] {
            let errors = try Pair(contexts.serverContext(), contexts.clientContext(), peerName: name).handshake()
            let reason = name == "db1.example" ? "hostname mismatch" : "IP address mismatch"
            #expect(errors.client == .peerNotTrusted(reason: reason), "\(name)")
        }
        for name in ["localhost", "127.0.0.1", "LOCALHOST"] {
            let errors = try Pair(contexts.serverContext(), contexts.clientContext(), peerName: name).handshake()
            #expect(errors.client == nil, "\(name)")
        }
        let other = try TestCertificates(name: "Another CA")
        let stranger = try contexts.clientContext(.authority(.file(other.authorityFile)))
        let errors = try Pair(contexts.serverContext(), stranger).handshake()
        #expect(errors.client == .peerNotTrusted(reason: "unable to get local issuer certificate"))
    }

    @Test("without verification any server is taken; without the name, any of the authority")
    func lessVerification() throws {
        let other = try TestCertificates(name: "Another CA").makeServer(commonName: "x", alternativeNames: [])
        let off = try Pair(contexts.serverContext(other), contexts.clientContext(.off), peerName: nil).handshake()
        #expect(off.client == nil)
        let authority = try contexts.clientContext(.authority(.file(contexts.certificates.authorityFile)))
        #expect(try Pair(contexts.serverContext(), authority, peerName: "db1.example").handshake().client == nil)
        #expect(try Pair(contexts.serverContext(), authority, peerName: nil).handshake().client == nil)
        #expect(try Pair(contexts.serverContext(other), authority, peerName: nil).handshake().client != nil)
    }

    @Test("a session that verifies names needs one, and one that a certificate can hold")
    func peerName() throws {
        let context = try contexts.clientContext()
        #expect(throws: TLSError.peerNameMissing) { try TLSEngine(context: context) }
        for name in ["", "a\0b", String(repeating: "a", count: 256)] {
            #expect(throws: TLSError.invalidPeerName) { try TLSEngine(context: context, peerName: name) }
        }
    }

    @Test(
        "a required client certificate: missing, of another authority and expired ones are refused",
        arguments: TLSVersion.allCases
    )
    func clientCertificate(version: TLSVersion) throws {
        let required = try contexts.serverContext(
            clients: .required(authorityFile: contexts.certificates.authorityFile),
            versions: .only(version)
        )
        let good = try Pair(required, contexts.clientContext(identity: contexts.client))
        #expect(good.handshake().server == nil)
        #expect(good.server.peerSubject == "CN=app")

        let none = try Pair(required, contexts.clientContext()).handshake()
        #expect(none.server == .handshakeFailed(reason: "peer did not return a certificate"))
        #expect(none.client != nil, "the alert reaches the client")

        let other = try TestCertificates(name: "Another CA").makeClient()
        let stranger = try Pair(required, contexts.clientContext(identity: other)).handshake()
        #expect(stranger.server == .peerNotTrusted(reason: "unable to get local issuer certificate"))
    }

    @Test("an optional client certificate may be missing, but not be of another authority")
    func optionalClientCertificate() throws {
        let optional = try contexts.serverContext(
            clients: .optional(authorityFile: contexts.certificates.authorityFile)
        )
        #expect(try Pair(optional, contexts.clientContext()).handshake().server == nil)
        let other = try TestCertificates(name: "Another CA").makeClient()
        #expect(try Pair(optional, contexts.clientContext(identity: other)).handshake().server != nil)
    }

    @Test("the end of the session is told, and only its absence is an error", arguments: TLSVersion.allCases)
    func close(version: TLSVersion) throws {
        let pair = try Pair(contexts.serverContext(versions: .only(version)), contexts.clientContext())
        _ = pair.handshake()
        #expect(throws: TLSError.truncated) {
            let other = try Pair(contexts.serverContext(), contexts.clientContext())
            _ = other.handshake()
            try other.server.inputEnded()
        }
        pair.client.closeOutput()
        #expect(throws: TLSError.outputClosed) { try pair.client.encrypt(ByteBuffer(string: "late")) }
        var text = ByteBuffer()
        if let bytes = pair.client.takeCiphertext() { pair.server.receive(bytes) }
        #expect(try pair.server.decrypt(into: &text) == .closed)
        try pair.server.inputEnded()
        // The other direction is still open.
        #expect(try pair.send(ByteBuffer(string: "last"), from: pair.server, to: pair.client).readableBytes == 4)
    }

    @Test("a changed bit in a record is an error and nothing of the record is given out")
    func tampered() throws {
        let pair = try Pair(contexts.serverContext(), contexts.clientContext())
        _ = pair.handshake()
        try pair.client.encrypt(ByteBuffer(string: "secret"))
        var bytes = try #require(pair.client.takeCiphertext())
        bytes.setInteger(UInt8(0xff) ^ (bytes.getInteger(at: 10) ?? 0), at: 10)
        pair.server.receive(bytes)
        var text = ByteBuffer()
        #expect(throws: TLSError.sessionFailed(reason: "decryption failed or bad record mac")) {
            try pair.server.decrypt(into: &text)
        }
        #expect(text.readableBytes == 0)
        #expect(pair.server.takeCiphertext() != nil, "an alert")
        #expect(throws: TLSError.self) { try pair.server.encrypt(ByteBuffer(string: "more")) }
    }

    @Test("random bytes in place of a handshake fail it", arguments: 0..<50)
    func garbage(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        for context in [try contexts.serverContext(), try contexts.clientContext()] {
            let engine = try TLSEngine(context: context, peerName: "localhost")
            _ = try engine.handshake()
            // Half of them begin like a record of a handshake.
            let head: [UInt8] = seed.isMultiple(of: 2) ? [0x16, 3, 3, 0, 200] : []
            engine.receive(ByteBuffer(bytes: head + (0..<400).map { _ in UInt8.random(in: 0...255, using: &random) }))
            #expect(throws: TLSError.self) {
                _ = try engine.handshake()
                try engine.inputEnded()
            }
        }
    }

    @Test("operations in the wrong order are errors, never traps")
    func wrongOrder() throws {
        let engine = try TLSEngine(context: contexts.serverContext())
        var text = ByteBuffer()
        #expect(throws: TLSError.self) { try engine.decrypt(into: &text) }
        #expect(throws: TLSError.self) { try engine.encrypt(ByteBuffer(string: "early")) }
        engine.closeOutput()
        #expect(engine.takeCiphertext() == nil)
        #expect(engine.version == nil)
        #expect(engine.cipher == nil)
        #expect(engine.peerSubject == nil)
        #expect(throws: TLSError.closedInHandshake) { try engine.inputEnded() }
    }
}
