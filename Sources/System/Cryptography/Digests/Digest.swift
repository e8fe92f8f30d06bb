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

/// The digests that SQL has functions for, by their names. For values that clients ask for, not for new uses.
package enum MessageDigest: String, CaseIterable, Sendable {
    case md5
    case sha1
    case sha224
    case sha256
    case sha384
    case sha512

    /// Nil where the library does not provide it: MD5 in FIPS mode.
    package func digest(_ message: [UInt8]) -> [UInt8]? {
        let algorithm =
            switch self {
            case .md5: EVP_md5()
            case .sha1: EVP_sha1()
            case .sha224: EVP_sha224()
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        return Digest.computeIfProvided(algorithm, byteCount: byteCount, message)
    }

    private var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// The one unsafe call of the digests.
///
/// Invariant: `byteCount` is the algorithm's output length, so EVP_Digest writes exactly the buffer that it is given.
private enum Digest {
    static func compute(_ algorithm: OpaquePointer?, byteCount: Int, _ message: [UInt8]) -> [UInt8] {
        // Fails only where the library is installed without its default provider; nothing can be signed or verified
        // then, and going on with a wrong digest would be worse.
        guard let digest = computeIfProvided(algorithm, byteCount: byteCount, message) else {
            preconditionFailure("OpenSSL does not provide this digest")
        }
        return digest
    }

    static func computeIfProvided(_ algorithm: OpaquePointer?, byteCount: Int, _ message: [UInt8]) -> [UInt8]? {
        let digest = [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            var written: UInt32 = 0
            let status = message.withUnsafeBytes { input in
                EVP_Digest(input.baseAddress, input.count, output.baseAddress, &written, algorithm, nil)
            }
            count = status == 1 && Int(written) == byteCount ? byteCount : 0
        }
        return digest.count == byteCount ? digest : nil
    }
}
