import Cryptography
import Testing

@Suite("caching_sha2_password")
struct CachingSHA2PasswordTests {
    private let scramble = Array(UInt8(1)...20)

    @Test("the response is the one that PyMySQL computes")
    func response() {
        #expect(
            CachingSHA2Password.response(password: bytes("pässword"), scramble: scramble)
                == hex("8d5d2626bc5659d3928b225540de0f42343166209c7bc80438c5b05961466774")
        )
        #expect(CachingSHA2Password.response(password: [], scramble: scramble) == [])
    }

    @Test("the cache entry is SHA256(SHA256(password))")
    func cacheEntry() {
        #expect(
            CachingSHA2Password.cacheEntry(password: bytes("pässword"))
                == hex("7c290a01ce0ade641bb37945a26fde8a74eecd97dbc97fed5a4f07906061a5c3")
        )
    }

    @Test("the right response matches the cache entry; any changed bit and any other scramble does not")
    func verify() {
        let entry = CachingSHA2Password.cacheEntry(password: bytes("secret"))
        let right = CachingSHA2Password.response(password: bytes("secret"), scramble: scramble)
        #expect(CachingSHA2Password.verify(response: right, scramble: scramble, cacheEntry: entry))
        let other = [UInt8](repeating: 7, count: 20)
        #expect(!CachingSHA2Password.verify(response: right, scramble: other, cacheEntry: entry))
        for bit in 0..<256 {
            var changed = right
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!CachingSHA2Password.verify(response: changed, scramble: scramble, cacheEntry: entry))
        }
    }

    @Test("responses, scrambles and entries of a wrong length match nothing")
    func malformed() {
        let entry = CachingSHA2Password.cacheEntry(password: bytes("secret"))
        let right = CachingSHA2Password.response(password: bytes("secret"), scramble: scramble)
        #expect(!CachingSHA2Password.verify(response: [], scramble: scramble, cacheEntry: entry))
        #expect(!CachingSHA2Password.verify(response: right + [0], scramble: scramble, cacheEntry: entry))
        #expect(!CachingSHA2Password.verify(response: right, scramble: scramble + [0], cacheEntry: entry))
        #expect(!CachingSHA2Password.verify(response: right, scramble: scramble, cacheEntry: []))
    }
}

@Suite("What mysqld stores for caching_sha2_password")
struct CachingSHA2StoredHashTests {
    /// hashcat's published example of its mode 7401, "MySQL $A$ (sha256crypt)": the password is "hashcat".
    private let published =
        bytes("$A$005$") + hex("F9CC98CE08892924F50A213B6BC571A2C11778C5")
        + bytes("bTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/")

    /// A password of 100 `x`, computed elsewhere.
    private let sample =
        bytes("$A$005$") + Array(UInt8(1)...20) + bytes("ceTedaigubqCVqzTOPb2RLluWNvMf/QC7bOU/kzlrd4")

    @Test("the digest is that of SHA-256 crypt, for short and long passwords, computed elsewhere")
    func digest() {
        #expect(CachingSHA2StoredHash(published)?.matches(password: bytes("hashcat")) == true)
        // openssl passwd -5 -salt saltstring 'Hello world!'
        #expect(
            SHA256CryptVectors.digest("Hello world!", bytes("saltstring"))
                == bytes("5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5")
        )
    }

    @Test(
        "accounts of a MySQL 9.7.4 server, with its 10,000 rounds, match their passwords",
        arguments: [
            (
                "pilotfish",
                """
                2441243030412412203E1655034E347D3016512732293C3F41517F39634E76324D7747597A6A4F454B4975514874644B4C683358\
                536C32382F3678774F66336F307950533136
                """
            ),
            (
                "a longer pässword of more than 32 bytes, 日本",
                """
                244124303041243C3C4D1A0D0D413D373D4123744C091454501E4359637362364141573650726D4576664C3739534C6F654B6F74\
                4D4B5377647555317471714E576A4E345835
                """
            ),
        ]
    )
    func server(password: String, stored: String) throws {
        let hash = try #require(CachingSHA2StoredHash(hex(stored)))
        #expect(hash.bytes == hex(stored))
        #expect(hash.matches(password: bytes(password)))
        #expect(!hash.matches(password: bytes(password + " ")))
    }

    @Test("a stored hash takes no more rounds than a login may cost", arguments: ["004", "065", "FFF"])
    func boundsRounds(_ thousands: String) {
        var stored = sample
        stored.replaceSubrange(3..<6, with: thousands.utf8)
        #expect(CachingSHA2StoredHash(stored) == nil)
        stored.replaceSubrange(3..<6, with: "064".utf8)
        #expect(CachingSHA2StoredHash(stored) != nil)
    }

    @Test("a stored hash matches its password alone and is written as it was read")
    func matches() throws {
        let stored = try #require(CachingSHA2StoredHash(sample))
        #expect(stored.bytes == sample)
        #expect(stored.matches(password: [UInt8](repeating: UInt8(ascii: "x"), count: 100)))
        #expect(!stored.matches(password: [UInt8](repeating: UInt8(ascii: "x"), count: 99)))
        #expect(!stored.matches(password: []))
        #expect(!stored.matches(password: [UInt8](repeating: 1, count: 100_000)))
    }

    @Test("a new hash has mysqld's form, a salt of its own, and matches")
    func made() throws {
        let first = try #require(CachingSHA2StoredHash(password: bytes("päß 🐟")))
        let second = try #require(CachingSHA2StoredHash(password: bytes("päß 🐟")))
        #expect(first != second)
        #expect(first.bytes.count == 70)
        #expect(first.bytes.starts(with: bytes("$A$005$")))
        #expect(first.bytes.allSatisfy { $0 > 0 && $0 < 0x80 })
        #expect(CachingSHA2StoredHash(first.bytes) == first)
        #expect(first.matches(password: bytes("päß 🐟")))
        #expect(!first.matches(password: bytes("päß 🐠")))
    }

    @Test("no hash is made of an empty password or of one over 256 bytes")
    func notMade() {
        #expect(CachingSHA2StoredHash(password: []) == nil)
        #expect(CachingSHA2StoredHash(password: [UInt8](repeating: 1, count: 257)) == nil)
        #expect(CachingSHA2StoredHash(password: [UInt8](repeating: 1, count: 256)) != nil)
    }

    @Test("texts of another form are not read")
    func malformed() {
        #expect(CachingSHA2StoredHash(sample) != nil)
        #expect(CachingSHA2StoredHash([]) == nil)
        #expect(CachingSHA2StoredHash(sample + [65]) == nil)
        #expect(CachingSHA2StoredHash(Array(sample.dropLast())) == nil)
        for (index, byte) in [
            (0, "x"), (1, "B"), (2, "x"), (3, "g"), (3, "-"), (5, "4"), (6, "x"), (69, "$"),
        ] {
            var changed = sample
            changed[index] = bytes(byte)[0]
            #expect(CachingSHA2StoredHash(changed) == nil, "byte \(index) \(byte)")
        }
    }
}
