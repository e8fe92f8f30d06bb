import Testing

@testable import Cryptography

/// One AES-256-GCM test case of "The Galois/Counter Mode of Operation" (McGrew and Viega), appendix B, which NIST's
/// SP 800-38D refers to.
struct GCMVector: Sendable, CustomTestStringConvertible {
    let name: String
    let key: String
    let nonce: String
    let plaintext: String
    let associatedData: String
    let ciphertext: String
    let tag: String

    var testDescription: String { name }

    private static let zeroKey = String(repeating: "00", count: 32)
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    private static let ciphertext =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"

    static let all = [
        GCMVector(
            name: "test case 13",
            key: zeroKey,
            nonce: "000000000000000000000000",
            plaintext: "",
            associatedData: "",
            ciphertext: "",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        GCMVector(
            name: "test case 14",
            key: zeroKey,
            nonce: "000000000000000000000000",
            plaintext: "00000000000000000000000000000000",
            associatedData: "",
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"
        ),
        GCMVector(
            name: "test case 15",
            key: key,
            nonce: "cafebabefacedbaddecaf888",
            plaintext: plaintext + "1aafd255",
            associatedData: "",
            ciphertext: ciphertext + "898015ad",
            tag: "b094dac5d93471bdec1a502270e3cc6c"
        ),
        GCMVector(
            name: "test case 16",
            key: key,
            nonce: "cafebabefacedbaddecaf888",
            plaintext: plaintext,
            associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: ciphertext,
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"
        ),
    ]
}

@Suite("AES-256-GCM")
struct AEADTests {
    @Test("published vectors are encrypted and decrypted", arguments: GCMVector.all)
    func vectors(vector: GCMVector) throws {
        let key = try #require(AEAD.Key(hex(vector.key)))
        let sealed = try AEAD.encrypt(
            hex(vector.plaintext),
            key: key,
            nonce: hex(vector.nonce),
            associatedData: hex(vector.associatedData)
        )
        #expect(sealed == hex(vector.ciphertext + vector.tag))
        let opened = try AEAD.decrypt(
            sealed,
            key: key,
            nonce: hex(vector.nonce),
            associatedData: hex(vector.associatedData)
        )
        #expect(opened == hex(vector.plaintext))
    }

    @Test("what was sealed is opened again", arguments: [0, 1, 15, 16, 17, 1400, 100_000])
    func roundTrip(count: Int) throws {
        let key = AEAD.Key.random()
        let plaintext = SecureRandom.bytes(count)
        let sealed = try AEAD.seal(plaintext, key: key, associatedData: [1, 2])
        #expect(sealed.count == count + AEAD.nonceByteCount + AEAD.tagByteCount)
        #expect(try AEAD.open(sealed[...], key: key, associatedData: [1, 2]) == plaintext)
    }

    @Test("two seals of one message differ: the nonce is fresh")
    func freshNonce() throws {
        let key = AEAD.Key.random()
        #expect(
            try AEAD.seal([1], key: key, associatedData: []) != AEAD.seal([1], key: key, associatedData: [])
        )
    }

    @Test("every changed bit, a cut, other associated data and another key are refused")
    func tampered() throws {
        let key = AEAD.Key.random()
        let sealed = try AEAD.seal(bytes("role=PRIMARY"), key: key, associatedData: bytes("orders"))
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptographyError.notAuthentic) {
                try AEAD.open(changed[...], key: key, associatedData: bytes("orders"))
            }
        }
        #expect(throws: CryptographyError.notAuthentic) {
            try AEAD.open(sealed.dropLast(), key: key, associatedData: bytes("orders"))
        }
        #expect(throws: CryptographyError.notAuthentic) {
            try AEAD.open(sealed[...], key: key, associatedData: bytes("invoices"))
        }
        #expect(throws: CryptographyError.notAuthentic) {
            try AEAD.open(sealed[...], key: .random(), associatedData: bytes("orders"))
        }
        for count in 0..<(AEAD.nonceByteCount + AEAD.tagByteCount) {
            #expect(throws: CryptographyError.malformed) {
                try AEAD.open(sealed.prefix(count), key: key, associatedData: bytes("orders"))
            }
        }
    }

    @Test("a key has 32 bytes and does not show them")
    func keys() throws {
        #expect(AEAD.Key(SecureRandom.bytes(16)) == nil)
        #expect(AEAD.Key(SecureRandom.bytes(33)) == nil)
        let key = try #require(AEAD.Key([UInt8](repeating: 123, count: 32)))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("123") && !String(describing: key).contains("123"))
    }
}
