import Cryptography
import Testing

@Suite("mysql_native_password")
struct NativePasswordTests {
    @Test(
        "the stored hash is what SELECT PASSWORD() gives",
        arguments: [
            ("password", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"),
            ("root", "*81F5E21E35407D884A6CD4A731AEBFB6AF209E1B"),
            ("secret", "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"),
            ("mypass", "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4"),
            ("", ""),
        ]
    )
    func storedHash(password: String, expected: String) {
        #expect(NativePassword.storedHash(password) == expected)
    }

    private let scramble = Array(UInt8(1)...20)

    @Test("the right password is accepted, in either case of the stored digits", arguments: ["a", "password", "päß 🐟"])
    func accepted(password: String) {
        let response = NativePassword.response(password: bytes(password), scramble: scramble)
        let stored = NativePassword.storedHash(password)
        #expect(NativePassword.verify(response: response, scramble: scramble, storedHash: stored))
        #expect(NativePassword.verify(response: response, scramble: scramble, storedHash: stored.lowercased()))
    }

    @Test("the response is SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))), computed elsewhere")
    func response() {
        let expected = hex("c17d6009a5cb47e59f7483fcf05553bbbf7dd0d6")
        #expect(NativePassword.response(password: bytes("password"), scramble: scramble) == expected)
    }

    @Test("a wrong password, another scramble and a changed bit are refused")
    func refused() {
        let stored = NativePassword.storedHash("password")
        let wrong = NativePassword.response(password: bytes("Password"), scramble: scramble)
        #expect(!NativePassword.verify(response: wrong, scramble: scramble, storedHash: stored))

        let right = NativePassword.response(password: bytes("password"), scramble: scramble)
        let other = [UInt8](repeating: 7, count: 20)
        #expect(!NativePassword.verify(response: right, scramble: other, storedHash: stored))
        for bit in 0..<160 {
            var changed = right
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!NativePassword.verify(response: changed, scramble: scramble, storedHash: stored))
        }
    }

    @Test("an empty response fits an empty stored hash and nothing else")
    func empty() {
        #expect(NativePassword.verify(response: [], scramble: scramble, storedHash: ""))
        let stored = NativePassword.storedHash("password")
        #expect(!NativePassword.verify(response: [], scramble: scramble, storedHash: stored))
        #expect(!NativePassword.verify(response: Array(1...20), scramble: scramble, storedHash: ""))
    }

    @Test("responses, scrambles and hashes of a wrong length or form match nothing")
    func malformed() {
        let stored = NativePassword.storedHash("password")
        let right = NativePassword.response(password: bytes("password"), scramble: scramble)
        #expect(!NativePassword.verify(response: right + [0], scramble: scramble, storedHash: stored))
        #expect(!NativePassword.verify(response: Array(right.dropLast()), scramble: scramble, storedHash: stored))
        #expect(!NativePassword.verify(response: right, scramble: scramble + [0], storedHash: stored))
        #expect(!NativePassword.verify(response: right, scramble: [], storedHash: stored))
        for text in [
            "*", "x", String(stored.dropLast()), stored + "0", String(stored.dropFirst()), "*" + "g".repeated(40),
        ] {
            #expect(!NativePassword.isStoredHash(text))
            #expect(!NativePassword.verify(response: right, scramble: scramble, storedHash: text))
        }
        #expect(NativePassword.isStoredHash(stored))
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
