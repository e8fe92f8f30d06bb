internal import COpenSSL

/// SHA-256 crypt: a slow, salted digest of a password.
///
/// Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6; the step numbers below are his. MySQL
/// uses it with a salt of 20 bytes where he ends at 16.
enum SHA256Crypt {
    static let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// - Parameter password: its length is the caller's to bound: the work of step 14 is its square.
    /// - Returns: 43 characters of `alphabet`.
    static func digest(password: [UInt8], salt: [UInt8], rounds: Int) -> [UInt8] {
        let hasher = IncrementalSHA256()
        // Steps 4 to 8.
        let alternate = hasher.digest(password, salt, password)
        // Steps 1 to 3 and 9 to 12.
        var input = password + salt + repeated(alternate, count: password.count)
        var length = password.count
        while length > 0 {
            input += length & 1 == 1 ? alternate : password
            length >>= 1
        }
        var digest = hasher.digest(input)
        // Steps 13 to 20.
        let passwordDigest = hasher.digest(Array(repeatElement(password, count: password.count).joined()))
        let passwordSequence = repeated(passwordDigest, count: password.count)
        let saltDigest = hasher.digest(Array(repeatElement(salt, count: 16 + Int(digest[0])).joined()))
        let saltSequence = repeated(saltDigest, count: salt.count)
        // Step 21.
        for round in 0..<max(0, rounds) {
            let isOdd = round & 1 == 1
            digest = hasher.digest(
                isOdd ? passwordSequence : digest,
                round % 3 == 0 ? [] : saltSequence,
                round % 7 == 0 ? [] : passwordSequence,
                isOdd ? digest : passwordSequence
            )
        }
        return encode(digest)
    }

    private static func repeated(_ digest: [UInt8], count: Int) -> [UInt8] {
        (0..<count).map { digest[$0 % digest.count] }
    }

    /// Step 22: groups of three bytes in a scattered order, six bits a character, the lowest first.
    private static func encode(_ digest: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for group in 0..<10 {
            // 0 10 20, 21 1 11, 12 22 2, 3 13 23, …
            let firstColumn = (3 - group % 3) % 3
            let indices = (0..<3).map { group + 10 * ((firstColumn + $0) % 3) }
            append(indices.reduce(UInt32(0)) { $0 << 8 | UInt32(digest[$1]) }, characters: 4, to: &text)
        }
        append(UInt32(digest[31]) << 8 | UInt32(digest[30]), characters: 3, to: &text)
        return text
    }

    private static func append(_ bits: UInt32, characters: Int, to text: inout [UInt8]) {
        for position in 0..<characters { text.append(alphabet[Int(bits >> UInt32(6 * position) & 0x3f)]) }
    }
}

/// SHA-256 many times over with one context.
///
/// Invariants: the context is owned by this object and freed with it; EVP_DigestFinal_ex writes the algorithm's 32
/// bytes, which is what its buffer holds.
private final class IncrementalSHA256 {
    private let context = EVP_MD_CTX_new()

    deinit { EVP_MD_CTX_free(context) }

    func digest(_ parts: [UInt8]...) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { output, count in
            var isComplete = context != nil && EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
            for part in parts {
                isComplete =
                    isComplete && part.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) } == 1
            }
            isComplete = isComplete && EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1
            // As in `SHA256.digest`: without its default provider the library can do nothing, and going on with a
            // wrong digest would be worse.
            precondition(isComplete, "OpenSSL does not provide SHA-256")
            count = SHA256.byteCount
        }
    }
}
