import Cryptography
import Testing

@Suite("Digests")
struct DigestTests {
    private static let twoBlocks = bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")

    @Test(
        "SHA-1 gives the FIPS 180 examples",
        arguments: [
            ([], "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (bytes("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (twoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        ] as [([UInt8], String)]
    )
    func sha1(message: [UInt8], expected: String) {
        #expect(SHA1.digest(message) == hex(expected))
    }

    @Test(
        "SHA-256 gives the FIPS 180 examples",
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (bytes("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (twoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ] as [([UInt8], String)]
    )
    func sha256(message: [UInt8], expected: String) {
        #expect(SHA256.digest(message) == hex(expected))
    }

    @Test("a million letters give the FIPS 180 values")
    func long() {
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA1.digest(message) == hex("34aa973cd4c4daa4f61eeb2bdbad27316534016f"))
        let sha256 = hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(SHA256.digest(message) == sha256)
    }

    @Test(
        "constant-time comparison agrees with ==",
        arguments: [
            ([], []), ([1], [1]), ([1], [2]), ([1, 2], [1]), ([0], []), ([1, 2, 3], [1, 2, 3]),
            ([1, 2, 3], [1, 2, 4]),
        ] as [([UInt8], [UInt8])]
    )
    func comparison(left: [UInt8], right: [UInt8]) {
        #expect(constantTimeEquals(left, right) == (left == right))
    }

    @Test("random bytes have the asked count and do not repeat")
    func random() {
        for count in [-1, 0, 1, 12, 4096] {
            #expect(SecureRandom.bytes(count).count == max(0, count))
        }
        #expect(SecureRandom.bytes(16) != SecureRandom.bytes(16))
    }
}
