internal import COpenSSL

/// Unpredictable bytes from OpenSSL's generator, which the kernel seeds.
package enum SecureRandom {
    /// - Parameter count: how many; 0 for a negative number, 1 MiB at most.
    package static func bytes(_ count: Int) -> [UInt8] {
        let wanted = min(max(0, count), 1 << 20)
        guard wanted > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: wanted) { output, written in
            // RAND_bytes fills all `wanted` bytes of the buffer or reports failure. Without entropy no key, nonce or
            // scramble is safe, so there is nothing to go on with.
            precondition(RAND_bytes(output.baseAddress, Int32(wanted)) == 1, "no random bytes from OpenSSL")
            written = wanted
        }
    }
}
