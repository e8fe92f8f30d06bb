@testable import Cryptography

/// Bytes from hexadecimal digits; blanks between them do not count. A typing error gives no bytes and fails the test.
func hex(_ digits: String) -> [UInt8] {
    Hexadecimal.decode(digits.utf8.filter { $0 != UInt8(ascii: " ") }) ?? []
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

enum SHA256CryptVectors {
    static func digest(_ password: String, _ salt: [UInt8]) -> [UInt8] {
        SHA256Crypt.digest(password: bytes(password), salt: salt, rounds: 5_000)
    }
}
