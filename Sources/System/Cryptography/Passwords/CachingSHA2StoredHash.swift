/// What mysqld keeps of a caching_sha2_password account in `mysql.user.authentication_string`:
/// ```
/// $A$005$ | salt (20 bytes) | digest (43 characters)
/// ```
/// where `A` is SHA-256 crypt and `005`, in hexadecimal, the thousands of its rounds. mysqld makes salts of the
/// bytes 1 to 127 without `$`, so the whole is ASCII but often not printable.
///
/// Source: MySQL, "Caching SHA-2 Pluggable Authentication" and caching_sha2_password_digest_rounds.
package struct CachingSHA2StoredHash: Hashable, Sendable {
    package static let saltByteCount = 20
    /// The default of MySQL up to 8.4; that of 9.7 is 10,000. Each server reads what the others have made.
    package static let defaultRounds = 5_000
    /// More would give one login seconds of a core. mysqld takes up to 4,095,000.
    package static let maximumRounds = 100_000
    static let digestByteCount = 43
    static let byteCount = 7 + saltByteCount + digestByteCount

    private let rounds: Int
    private let salt: [UInt8]
    private let digest: [UInt8]

    /// Reads what the server stores.
    ///
    /// - Returns: nil for anything but the form above with 5,000 to 100,000 rounds.
    package init?(_ text: [UInt8]) {
        guard let rounds = Self.rounds(text), rounds <= Self.maximumRounds else { return nil }
        let salt = Array(text[7..<7 + Self.saltByteCount])
        let digest = Array(text[(7 + Self.saltByteCount)...])
        guard digest.allSatisfy(SHA256Crypt.alphabet.contains) else { return nil }
        self.rounds = rounds
        self.salt = salt
        self.digest = digest
    }

    /// - Returns: nil for anything but the form above with 5,000 to 4,095,000 rounds.
    package static func rounds(_ text: [UInt8]) -> Int? {
        guard text.count == byteCount, text.starts(with: "$A$".utf8), text[6] == UInt8(ascii: "$"),
            let thousands = Int(String(decoding: text[3..<6], as: UTF8.self), radix: 16), thousands >= 5
        else { return nil }
        return thousands * 1_000
    }

    /// Makes one under a fresh random salt.
    ///
    /// Takes milliseconds: not for an event loop.
    ///
    /// - Returns: nil for an empty password (the server stores an empty text) and for one of more than 256 bytes.
    package init?(password: [UInt8]) {
        // Seven random bits a byte; the two values that the form forbids become others.
        let salt = SecureRandom.bytes(Self.saltByteCount).map { byte in
            let value = byte & 0x7f
            return value == 0 || value == UInt8(ascii: "$") ? value + 1 : value
        }
        self.init(password: password, salt: salt)
    }

    init?(password: [UInt8], salt: [UInt8]) {
        guard !password.isEmpty, password.count <= PasswordObfuscation.maximumPasswordByteCount,
            salt.count == Self.saltByteCount
        else { return nil }
        self.rounds = Self.defaultRounds
        self.salt = salt
        self.digest = SHA256Crypt.digest(password: password, salt: salt, rounds: Self.defaultRounds)
    }

    /// The form that the server stores.
    package var bytes: [UInt8] {
        let thousands = String(rounds / 1_000, radix: 16, uppercase: true)
        let digits = String(repeating: "0", count: max(0, 3 - thousands.utf8.count)) + thousands
        return Array("$A$\(digits)$".utf8) + salt + digest
    }

    /// Whether this is the password. The digests are compared in constant time.
    ///
    /// Takes milliseconds (about 1 for each thousand rounds): not for an event loop.
    package func matches(password: [UInt8]) -> Bool {
        guard !password.isEmpty, password.count <= PasswordObfuscation.maximumPasswordByteCount else { return false }
        return constantTimeEquals(SHA256Crypt.digest(password: password, salt: salt, rounds: rounds), digest)
    }
}
