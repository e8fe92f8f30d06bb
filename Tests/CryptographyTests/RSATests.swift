import Cryptography
import Testing

@Suite("Passwords by RSA")
struct RSATests {
    /// Made once: a key takes tenths of a second.
    private static let pair = Result { try RSAKeyPair.generate() }
    private let scramble = Array(UInt8(1)...20)

    @Test("the masked password is the one that PyMySQL computes")
    func obfuscated() {
        #expect(
            PasswordObfuscation.obfuscate(password: bytes("pässword"), scramble: scramble)
                == hex("71c1a7777671687a6d0a")
        )
        #expect(
            PasswordObfuscation.obfuscate(password: bytes("a longer password than twenty bytes"), scramble: scramble)
                == hex("60226f6b6b61627a297a6a7f7e7960627532677c606c23707263697c702a6975796b7c10")
        )
    }

    @Test("masking and unmasking give the password back", arguments: ["", "a", "a password of more than twenty bytes"])
    func unmasked(password: String) {
        let masked = PasswordObfuscation.obfuscate(password: bytes(password), scramble: scramble)
        #expect(PasswordObfuscation.password(inObfuscated: masked, scramble: scramble) == bytes(password))
    }

    @Test("bytes without one NUL, at the end, and overlong ones are no password")
    func notMasked() {
        let none = [UInt8](repeating: 0, count: 20)
        #expect(PasswordObfuscation.password(inObfuscated: [], scramble: none) == nil)
        #expect(PasswordObfuscation.password(inObfuscated: bytes("abc"), scramble: none) == nil)
        #expect(PasswordObfuscation.password(inObfuscated: [65, 0, 66, 0], scramble: none) == nil)
        let long = [UInt8](repeating: 65, count: 257) + [0]
        #expect(PasswordObfuscation.password(inObfuscated: long, scramble: none) == nil)
    }

    @Test("what is encrypted with the public key's text is decrypted by the pair")
    func roundTrip() throws {
        let pair = try Self.pair.get()
        let key = try RSAPublicKey(pem: pair.publicKeyPEM)
        #expect(key.maximumPlaintextByteCount == 214)
        let ciphertext = try key.encrypt(password: bytes("sécret"), scramble: scramble)
        #expect(ciphertext.count == 256)
        #expect(try pair.decryptPassword(ciphertext, scramble: scramble) == bytes("sécret"))
        let longest = [UInt8](repeating: 7, count: 214)
        #expect(try pair.decrypt(try key.encrypt(longest)) == longest)
        #expect(throws: CryptographyError.tooLong) { try key.encrypt(longest + [7]) }
    }

    @Test("another scramble, a changed bit, another key and a wrong length are refused")
    func refused() throws {
        let pair = try Self.pair.get()
        let key = try RSAPublicKey(pem: pair.publicKeyPEM)
        let ciphertext = try key.encrypt(password: bytes("secret"), scramble: scramble)
        let other = [UInt8](repeating: 99, count: 20)
        #expect(throws: CryptographyError.malformed) { try pair.decryptPassword(ciphertext, scramble: other) }
        var changed = ciphertext
        changed[100] ^= 1
        #expect(throws: CryptographyError.notAuthentic) { try pair.decrypt(changed) }
        #expect(throws: CryptographyError.malformed) { try pair.decrypt(Array(ciphertext.dropLast())) }
        #expect(throws: CryptographyError.malformed) { try pair.decrypt([]) }
        let stranger = try RSAKeyPair.generate()
        #expect(throws: CryptographyError.self) { try stranger.decrypt(ciphertext) }
    }

    @Test("texts that hold no RSA public key are refused")
    func notAKey() {
        let elliptic = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAjK8ZOVPDIuQxphFczBT/NSzJKxs
            wYMA1M4gdHpNGXzZaghkpp5cGEcgOjgjT0akzcIOUA+hYIlnPGGHOvSH+w==
            -----END PUBLIC KEY-----
            """
        for text in ["", "no key", elliptic, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            #expect(throws: CryptographyError.malformed) { try RSAPublicKey(pem: bytes(text)) }
        }
        #expect(throws: CryptographyError.tooLong) { try RSAPublicKey(pem: [UInt8](repeating: 65, count: 20_000)) }
    }

    @Test("keys of a length that is too short or absurd are not made", arguments: [0, -1, 1_024, 1 << 20])
    func lengths(bits: Int) {
        #expect(throws: CryptographyError.malformed) { try RSAKeyPair.generate(bits: bits) }
    }

    @Test("what the openssl command encrypts with the key's text decrypts")
    func commandLine() throws {
        let pair = try Self.pair.get()
        let ciphertext = try RSACommand.encrypt(bytes("from outside"), publicKeyPEM: pair.publicKeyPEM)
        #expect(try pair.decrypt(ciphertext) == bytes("from outside"))
    }
}
