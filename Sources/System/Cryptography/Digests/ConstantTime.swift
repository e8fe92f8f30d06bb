internal import COpenSSL

/// Whether both are the same bytes; the time taken depends on their count alone.
///
/// The lengths are not secret: arrays of different length are unequal at once.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    // Both buffers hold `left.count` bytes, which is what CRYPTO_memcmp reads of each.
    return left.withUnsafeBytes { first in
        right.withUnsafeBytes { second in CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0 }
    }
}
