internal import COpenSSL

/// SHA-1 (FIPS 180-4). For what a protocol prescribes (mysql_native_password, UUID version 5), not for new uses.
package enum SHA1 {
    package static let byteCount = 20

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        Digest.compute(EVP_sha1(), byteCount: byteCount, message)
    }
}

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    package static let byteCount = 32

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        Digest.compute(EVP_sha256(), byteCount: byteCount, message)
    }
}

/// The one unsafe call of the digests.
///
/// Invariant: `byteCount` is the algorithm's output length, so EVP_Digest writes exactly the buffer that it is given.
private enum Digest {
    static func compute(_ algorithm: OpaquePointer?, byteCount: Int, _ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            var written: UInt32 = 0
            let status = message.withUnsafeBytes { input in
                EVP_Digest(input.baseAddress, input.count, output.baseAddress, &written, algorithm, nil)
            }
            // Fails only where the library is installed without its default provider; nothing can be signed or
            // verified then, and going on with a wrong digest would be worse.
            precondition(status == 1 && Int(written) == byteCount, "OpenSSL does not provide this digest")
            count = byteCount
        }
    }
}
