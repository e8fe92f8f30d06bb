package import Cryptography

/// What is kept of a sidecar account's password. Printing, interpolating or dumping it gives stars.
package enum PasswordHash: Hashable, Sendable {
    /// SHA1(SHA1(password)): verifies clients of mysql_native_password, and of nothing else.
    ///
    /// - Parameter text: `*` and 40 upper-case hexadecimal digits.
    case native(Secret)
    /// A salted digest: verifies clients of caching_sha2_password that send the password itself, and so makes the
    /// entry of the cache by which later ones are verified.
    case cachingSHA2(CachingSHA2StoredHash)

    /// - Parameter text: one of
    ///   - `*` and 40 hexadecimal digits (mysql_native_password),
    ///   - `0x` and the 140 hexadecimal digits of the 70 bytes `$A$005$…` (caching_sha2_password), as SHOW CREATE USER
    ///     prints them with print_identified_with_as_hex,
    ///   - those 70 bytes themselves, which are ASCII without NUL.
    package init?(_ text: String) {
        if NativePassword.isStoredHash(text) {
            self = .native(Secret(text.uppercased()))
            return
        }
        guard let bytes = Self.bytes(text), bytes.allSatisfy({ (1...0x7f).contains($0) }),
            let hash = CachingSHA2StoredHash(bytes)
        else {
            return nil
        }
        self = .cachingSHA2(hash)
    }

    /// The rounds of a digest that takes more of them than are taken here; nil for any other text.
    package static func excessiveRounds(_ text: String) -> Int? {
        guard let bytes = bytes(text), let rounds = CachingSHA2StoredHash.rounds(bytes),
            rounds > CachingSHA2StoredHash.maximumRounds
        else { return nil }
        return rounds
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= maximumByteCount else { return nil }
        return text.hasPrefix("0x") ? bytes(ofHexadecimal: text.utf8.dropFirst(2)) : Array(text.utf8)
    }

    /// `0x` and two digits a byte.
    private static let maximumByteCount = 2 + 2 * 70

    /// As mysqld stores it: `*…` or `$A$005$…`, which may hold control characters.
    package var exposed: String {
        switch self {
        case .native(let text): text.exposed
        case .cachingSHA2(let hash): String(decoding: hash.bytes, as: UTF8.self)
        }
    }

    /// As the configuration writes it: all printable, whatever the salt's bytes are.
    package var configurationText: String {
        switch self {
        case .native(let text): text.exposed
        case .cachingSHA2(let hash): "0x" + hash.bytes.map { Self.hexadecimal($0) }.joined()
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    private static func bytes(ofHexadecimal digits: Substring.UTF8View) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var high: Int?
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(UInt8(truncatingIfNeeded: first << 4 | value))
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Secret.blank }
    package var debugDescription: String { Secret.blank }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
