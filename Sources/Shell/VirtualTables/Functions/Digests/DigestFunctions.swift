import ClusterModel
import MySQLWire
import QueryRouting

/// Digests, checksums, base64 and what is made by chance.
enum DigestFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLiteFunction] {
        [
            // The value, and the name of the digest.
            SQLiteFunction("my_digest", 2...2) { arguments throws(SQLiteFunction.Failure) in
                guard let bytes = arguments[0].bytes, let name = arguments[1].text else { return .null }
                guard let digest = environment.digest else { throw noDigests }
                guard let algorithm = DigestAlgorithm(rawValue: name) else { return .null }
                return digest(algorithm, bytes).map { .text(hexadecimal($0)) } ?? .null
            },
            // The value and the digest's bits; NULL counts as 0.
            SQLiteFunction("my_sha2", 2...2) { arguments throws(SQLiteFunction.Failure) in
                guard let bytes = arguments[0].bytes else { return .null }
                guard let digest = environment.digest else { throw noDigests }
                guard let algorithm = algorithm(bits: arguments[1].integer ?? 0) else { return .null }
                return digest(algorithm, bytes).map { .text(hexadecimal($0)) } ?? .null
            },
            SQLiteFunction("my_crc32", 2...2) { sum($0, .crc32) },
            SQLiteFunction("my_crc32c", 2...2) { sum($0, .crc32c) },
            SQLiteFunction("my_to_base64", 1...1) { arguments throws(SQLiteFunction.Failure) in
                guard let bytes = arguments[0].bytes else { return .null }
                guard Base64Text.encodedCount(bytes.count) <= MySQLFunctions.maximumBytes else { throw .tooLong }
                return .text(String(decoding: Base64Text.encode(bytes), as: UTF8.self))
            },
            SQLiteFunction("my_from_base64", 1...1) { arguments in
                arguments[0].bytes.flatMap { Base64Text.decode($0) }.map { .blob($0) } ?? .null
            },
            SQLiteFunction("my_uuid", 0...0, isDeterministic: false) { _ in
                .text(TimeUUID.text(at: environment.statementTime))
            },
            SQLiteFunction("my_random_bytes", 1...1, isDeterministic: false) { arguments in
                guard let count = arguments[0].integer, (0...1024).contains(count) else { return .null }
                var generator = SystemRandomNumberGenerator()
                return .blob((0..<Int(count)).map { _ in UInt8.random(in: 0...255, using: &generator) })
            },
        ]
    }

    static func algorithm(bits: Int64) -> DigestAlgorithm? {
        switch bits {
        case 0, 256: .sha256
        case 224: .sha224
        case 384: .sha384
        case 512: .sha512
        default: nil
        }
    }

    /// The sum so far, and the value.
    private static func sum(_ arguments: [SQLValue], _ checksum: Checksum) -> SQLValue {
        guard let start = arguments[0].integer, let bytes = arguments[1].bytes else { return .null }
        return .integer(Int64(checksum.sum(bytes, start: UInt32(truncatingIfNeeded: start))))
    }

    private static let noDigests = SQLiteFunction.Failure(.unsupported("digests on cluster_schema"))

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// UUID(): version 1 of RFC 9562, of the time, with a node made by chance.
enum TimeUUID {
    /// From 1582-10-15 to 1970-01-01, in steps of 100 ns.
    private static let epochOffset: UInt64 = 0x01b2_1dd2_1381_4000

    static func text(at time: WallTime) -> String {
        var generator = SystemRandomNumberGenerator()
        let micros = UInt64(max(0, time.microsecondsSince1970))
        // Calls within a statement have the same time: the last digit and the clock sequence are by chance.
        let ticks = micros &* 10 &+ epochOffset &+ UInt64.random(in: 0..<10, using: &generator)
        let sequence = UInt16.random(in: 0...0x3fff, using: &generator) | 0x8000
        // The multicast bit marks a node that is no network card's.
        let node = UInt64.random(in: 0...0xffff_ffff_ffff, using: &generator) | 1 << 40
        let parts: [(UInt64, Int)] = [
            (ticks & 0xffff_ffff, 8), (ticks >> 32 & 0xffff, 4), (ticks >> 48 & 0x0fff | 0x1000, 4),
            (UInt64(sequence), 4), (node, 12),
        ]
        return parts.map { number, width in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }.joined(separator: "-")
    }
}
