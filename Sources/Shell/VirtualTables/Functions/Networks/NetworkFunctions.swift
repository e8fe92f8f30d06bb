import MySQLWire

/// INET6_ATON and its kin.
enum NetworkFunctions {
    static var all: [SQLiteFunction] {
        [
            SQLiteFunction("my_inet6_aton", 1...1) { arguments in
                guard let text = arguments[0].bytes else { return .null }
                return (InternetAddress.ipv4(text) ?? InternetAddress.ipv6(text)).map { .blob($0) } ?? .null
            },
            SQLiteFunction("my_inet6_ntoa", 1...1) { arguments in
                guard case .blob(let bytes) = arguments[0] else { return .null }
                return InternetAddress.text(bytes).map { .text($0) } ?? .null
            },
            SQLiteFunction("my_is_ipv4", 1...1) { flag($0[0].bytes.flatMap { InternetAddress.ipv4($0) }) },
            SQLiteFunction("my_is_ipv6", 1...1) { flag($0[0].bytes.flatMap { InternetAddress.ipv6($0) }) },
            // Of the bytes: ::1.2.3.4, but for :: and ::1.
            SQLiteFunction("my_is_ipv4_compat", 1...1) { arguments in
                guard case .blob(let bytes) = arguments[0], bytes.count == 16 else { return .integer(0) }
                return .integer(
                    bytes[..<12].allSatisfy { $0 == 0 } && bytes[12..<15].contains { $0 != 0 }
                        || bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] > 1 ? 1 : 0
                )
            },
            // ::ffff:1.2.3.4
            SQLiteFunction("my_is_ipv4_mapped", 1...1) { arguments in
                guard case .blob(let bytes) = arguments[0], bytes.count == 16 else { return .integer(0) }
                return .integer(bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff ? 1 : 0)
            },
        ]
    }

    private static func flag(_ address: [UInt8]?) -> SQLValue { .integer(address == nil ? 0 : 1) }
}
