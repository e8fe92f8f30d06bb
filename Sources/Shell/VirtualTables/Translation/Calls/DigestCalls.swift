import MySQLWire

/// Digests, checksums, base64, addresses and what is made by chance.
enum DigestCalls {
    static let all: [String: FunctionSpecification] = {
        var all = digests.merging(addresses) { first, _ in first }
        all["sha"] = all["sha1"]
        return all
    }()

    /// The bytes of a value: of a text its UTF-8.
    private static func bytes(_ fragment: Fragment, _ writer: StatementWriter) -> String {
        fragment.type.kind == .bytes ? fragment.sql : writer.text(fragment)
    }

    private static func digest(_ name: String, digits: Int) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_digest(\(bytes(arguments[0], writer)), '\(name)')", .text(digits))
        }
    }

    private static let digests: [String: FunctionSpecification] = [
        "md5": digest("md5", digits: 32),
        "sha1": digest("sha1", digits: 40),
        "sha2": FunctionSpecification(2...2) { writer, arguments throws(SQLError) in
            let bits = writer.integer(arguments[1])
            let digits = Int64(bits).map { $0 == 0 ? 256 : $0 }.flatMap {
                [224, 256, 384, 512].contains($0) ? $0 : nil
            }
            return Fragment("my_sha2(\(bytes(arguments[0], writer)), \(bits))", .text(Int(digits ?? 512) / 4))
        },
        "crc32": checksum("my_crc32"),
        "crc32c": checksum("my_crc32c"),
        "to_base64": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let type = arguments[0].type
            let count = type.kind == .bytes || !type.isText ? type.characters : type.characters * 4
            return Fragment(
                "my_to_base64(\(bytes(arguments[0], writer)))",
                .text(Base64Text.encodedCount(min(count, 1 << 20)))
            )
        },
        "from_base64": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let length = arguments[0].type.characters * (arguments[0].type.isText ? 4 : 1)
            return Fragment(
                "my_from_base64(\(bytes(arguments[0], writer)))",
                ValueType(kind: .bytes, length: length / 4 * 3, collation: .binary)
            )
        },
        "uuid": FunctionSpecification(0...0) { _, _ throws(SQLError) in
            Fragment("my_uuid()", .text(36))
        },
        "random_bytes": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            let count = writer.integer(arguments[0])
            return Fragment(
                "my_random_bytes(\(count))",
                ValueType(kind: .bytes, length: max(0, min(1024, Int(count) ?? 1024)), collation: .binary)
            )
        },
    ]

    /// The value alone, or behind the sum of what stands before it.
    private static func checksum(_ function: String) -> FunctionSpecification {
        FunctionSpecification(1...2) { writer, arguments throws(SQLError) in
            let start = arguments.count == 2 ? writer.integer(arguments[0]) : "0"
            let value = bytes(arguments[arguments.count - 1], writer)
            let type = ValueType(
                kind: .integer,
                length: 10,
                isUnsigned: true,
                isNullable: arguments.areNullable
            )
            return Fragment("\(function)(\(start), \(value))", type)
        }
    }

    private static let addresses: [String: FunctionSpecification] = [
        "inet6_aton": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment(
                "my_inet6_aton(\(bytes(arguments[0], writer)))",
                ValueType(kind: .bytes, length: 16, collation: .binary)
            )
        },
        "inet6_ntoa": FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("my_inet6_ntoa(\(bytes(arguments[0], writer)))", .text(39))
        },
        "is_ipv4": test("my_is_ipv4"),
        "is_ipv6": test("my_is_ipv6"),
        "is_ipv4_compat": test("my_is_ipv4_compat", isNullable: true),
        "is_ipv4_mapped": test("my_is_ipv4_mapped", isNullable: true),
    ]

    private static func test(_ function: String, isNullable: Bool = false) -> FunctionSpecification {
        FunctionSpecification(1...1) { writer, arguments throws(SQLError) in
            Fragment("\(function)(\(bytes(arguments[0], writer)))", ValueType.boolean.nullable(isNullable))
        }
    }
}
