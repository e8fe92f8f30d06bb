import Testing

@testable import Cryptography

@Suite("Gossip keyring")
struct GossipKeyringTests {
    private let old = GossipKeyring.generateKey()
    private let new = GossipKeyring.generateKey()
    private let me = GossipSender(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)

    private func ring(_ lines: String...) throws -> GossipKeyring {
        try GossipKeyring(text: bytes(lines.joined(separator: "\n")), fileName: "gossip.keys")
    }

    @Test("a message is opened by a ring that holds its key, wherever it stands")
    func rotation() throws {
        let before = try ring(old)
        let during = try ring(old, new)
        let after = try ring(new, old)
        let plaintext = bytes("hello")
        for (sender, receiver) in [(before, during), (during, before), (during, after), (after, during)] {
            let sealed = try sender.seal(plaintext, sender: me, associatedData: [9])
            #expect(sealed.count == plaintext.count + GossipKeyring.overheadByteCount)
            #expect(try receiver.open(sealed, associatedData: [9]) == (me, plaintext))
        }
        let sealed = try after.seal(plaintext, sender: me, associatedData: [9])
        #expect(throws: CryptographyError.unknownKey) { try before.open(sealed, associatedData: [9]) }
    }

    @Test("the layout is version 2, the beginning of the key's SHA-256, sender, nonce, ciphertext, tag")
    func layout() throws {
        let sealed = try ring(old).seal([1, 2, 3], sender: me, associatedData: [])
        let key = try #require(Base64.decode(bytes(old)))
        #expect(sealed.first == 2)
        #expect(Array(sealed[1..<5]) == Array(SHA256.digest(key).prefix(4)))
        #expect(Array(sealed[5..<21]) == Array(1...16))
        #expect(sealed.count == 1 + 4 + 16 + 12 + 3 + 16)
    }

    @Test("every changed byte is refused, and so is every shorter message")
    func tampered() throws {
        let keys = try ring(old, new)
        let sealed = try keys.seal(bytes("role=PRIMARY"), sender: me, associatedData: bytes("orders"))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x10
            #expect(throws: CryptographyError.self) { try keys.open(changed, associatedData: bytes("orders")) }
        }
        for count in sealed.indices {
            #expect(throws: CryptographyError.self) {
                try keys.open(Array(sealed.prefix(count)), associatedData: bytes("orders"))
            }
        }
        #expect(throws: CryptographyError.notAuthentic) { try keys.open(sealed, associatedData: bytes("other")) }
    }

    @Test("a message with another member's name put on it is not opened")
    func changedSender() throws {
        let keys = try ring(old)
        let other = GossipSender(high: 7, low: 8)
        let sealed = try keys.seal([1, 2, 3], sender: me, associatedData: [])
        let forged = Array(sealed[..<5]) + other.bytes + sealed[21...]
        #expect(throws: CryptographyError.notAuthentic) { try keys.open(forged, associatedData: []) }
        #expect(try keys.open(sealed, associatedData: []).sender == me)
    }

    @Test("random bytes are never opened and never trap")
    func noise() throws {
        let keys = try ring(old)
        let good = try keys.seal([1, 2, 3], sender: me, associatedData: [])
        for count in 0..<200 {
            let noise = SecureRandom.bytes(count)
            #expect(throws: CryptographyError.self) { try keys.open(noise, associatedData: []) }
            // With a header that fits, the tag must still refuse it.
            let headed = Array(good.prefix(21)) + noise
            #expect(throws: CryptographyError.self) { try keys.open(headed, associatedData: []) }
        }
    }

    @Test("a key file may hold comments, empty lines, blanks and Windows line ends")
    func keyFile() throws {
        let keys = try ring("# ring of orders", "", "  \(old)  # since May\r", new, "")
        #expect(keys.keyCount == 2)
        #expect(try ring(old).open(keys.seal([5], sender: me, associatedData: []), associatedData: []).plaintext == [5])
    }

    @Test("errors of a key file name file and line, and show no key")
    func keyFileErrors() {
        let short = Base64.encode(SecureRandom.bytes(16))
        let notAKey = "not a key; a line holds 32 bytes in base64 as \"pilotfish keygen\" prints them"
        let cases: [([String], String)] = [
            ([""], "gossip.keys: no key in this file; make one with \"pilotfish keygen\""),
            (["# nothing"], "gossip.keys: no key in this file; make one with \"pilotfish keygen\""),
            ([old, short], "gossip.keys:2: \(notAKey)"),
            (["# ring", "", String(old.dropLast())], "gossip.keys:3: \(notAKey)"),
            ([String(old.dropLast(2)) + "!="], "gossip.keys:1: \(notAKey)"),
            ([old + " " + new], "gossip.keys:1: \(notAKey)"),
            ([old, new, old], "gossip.keys:3: the key of line 1 again; remove one of the two"),
            (
                (0..<17).map { _ in GossipKeyring.generateKey() },
                "gossip.keys:17: more than 16 keys; remove those that no node encrypts with any more"
            ),
        ]
        for (lines, expected) in cases {
            let error = #expect(throws: KeyFileError.self) {
                try GossipKeyring(text: bytes(lines.joined(separator: "\n")), fileName: "gossip.keys")
            }
            #expect(error?.description == expected)
        }
    }

    @Test("bytes that are no text are an error, not a trap")
    func binaryKeyFile() {
        for _ in 0..<200 {
            #expect(throws: KeyFileError.self) {
                try GossipKeyring(text: SecureRandom.bytes(300), fileName: "gossip.keys")
            }
        }
    }

    @Test("generated keys are 32 bytes in base64 and differ")
    func generated() throws {
        #expect(try #require(Base64.decode(bytes(old))).count == 32)
        #expect(old.utf8.count == 44)
        #expect(old != new)
    }
}

@Suite("Base64")
struct Base64Tests {
    @Test(
        "RFC 4648's examples",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func examples(plain: String, encoded: String) {
        #expect(Base64.encode(bytes(plain)) == encoded)
        #expect(Base64.decode(bytes(encoded)) == bytes(plain))
    }

    @Test(
        "what is not strict base64 is refused",
        arguments: ["Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm9-", "=Zm9"]
    )
    func refused(text: String) {
        #expect(Base64.decode(bytes(text)) == nil)
    }
}
