internal import Cryptography

/// Challenges for greetings of our own.
enum Scramble {
    /// Twenty random bytes of 0x21 to 0x7e: clients read the scramble up to a NUL, and some stop at a `$`.
    static func make() -> [UInt8] {
        var scramble: [UInt8] = []
        while scramble.count < NativePassword.scrambleByteCount {
            // Rejecting what is out of range keeps the bytes evenly distributed.
            scramble += SecureRandom.bytes(32).map { $0 & 0x7f }.filter { $0 > 0x20 && $0 < 0x7f && $0 != 0x24 }
        }
        return Array(scramble.prefix(NativePassword.scrambleByteCount))
    }
}
