import Configuration
import Cryptography
import Testing

@Suite("The hash of an account's password")
struct PasswordHashTests {
    private static let native = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"
    /// Under a salt of its own each time.
    private static func cachingSHA2() throws -> CachingSHA2StoredHash {
        try #require(CachingSHA2StoredHash(password: Array("password".utf8)))
    }

    @Test("of mysql_native_password is taken in either case and kept in capitals")
    func native() {
        for text in [Self.native, Self.native.lowercased()] {
            guard case .native(let secret)? = PasswordHash(text) else {
                Issue.record("not taken: \(text)")
                continue
            }
            #expect(secret.exposed == Self.native)
            #expect(PasswordHash(text)?.exposed == Self.native)
            #expect(PasswordHash(text)?.configurationText == Self.native)
        }
    }

    @Test("of caching_sha2_password is written in hexadecimal, and is taken like that and as mysqld keeps it")
    func cachingSHA2() throws {
        for _ in 0..<20 {
            let hash = try Self.cachingSHA2()
            let written = PasswordHash.cachingSHA2(hash).configurationText
            #expect(written.hasPrefix("0x244124303035"))
            #expect(written.utf8.count == 142)
            #expect(PasswordHash(written) == .cachingSHA2(hash))
            #expect(PasswordHash(written).map { Array($0.exposed.utf8) } == hash.bytes)
            #expect(PasswordHash("0x" + written.dropFirst(2).lowercased()) == .cachingSHA2(hash))
            #expect(PasswordHash(String(decoding: hash.bytes, as: UTF8.self)) == .cachingSHA2(hash))
        }
    }

    @Test("is nothing else")
    func refused() throws {
        let hexadecimal = PasswordHash.cachingSHA2(try Self.cachingSHA2()).configurationText
        let plain = String(decoding: try Self.cachingSHA2().bytes, as: UTF8.self)
        var texts = ["", "*", "0x", "hunter2", Self.native + "0", hexadecimal + "00", plain + "x", " " + plain]
        texts.append(String(Self.native.dropLast()))
        texts.append(String(hexadecimal.dropLast()))
        texts.append(String(hexadecimal.dropLast(2)))
        texts.append(String(hexadecimal.dropFirst(2)))
        texts.append(String(plain.dropLast()))
        texts.append("0X\(hexadecimal.dropFirst(2))")
        texts.append("\(hexadecimal.dropLast())g")
        texts.append("\(hexadecimal.dropLast())５")
        // Salts that no server makes: with a NUL, and with a byte that is no ASCII.
        texts.append("\(hexadecimal.prefix(16))00\(hexadecimal.dropFirst(18))")
        texts.append("\(hexadecimal.prefix(16))80\(hexadecimal.dropFirst(18))")
        // Not $A$005$ but %A$005$.
        texts.append("0x25\(hexadecimal.dropFirst(4))")
        texts.append("0x" + String(repeating: "0", count: 140))
        texts.append(String(repeating: "0", count: 1_000_000))
        for text in texts { #expect(PasswordHash(text) == nil, "\(text.prefix(200))") }
    }

    @Test("is stars wherever it is printed")
    func blanked() throws {
        let written = PasswordHash.cachingSHA2(try Self.cachingSHA2()).configurationText
        for text in [Self.native, written] {
            let hash = try #require(PasswordHash(text))
            var dumped = ""
            dump([hash], to: &dumped)
            for shown in ["\(hash)", String(reflecting: hash), String(reflecting: [hash]), dumped] {
                #expect(shown.contains("********"))
                for part in ["2470C0C0", "2441", "$A$", "native", "caching", "salt"] { #expect(!shown.contains(part)) }
            }
        }
    }
}
