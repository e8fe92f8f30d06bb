/// Texts and names in SQLite's dialect.
enum SQLLiteral {
    static func text(_ text: String) -> String {
        guard text.utf8.contains(0) else { return quoted(text, UInt8(ascii: "'")) }
        // SQLite's statement ends at a NUL.
        return "CAST(\(LiteralBytes.literal(text.utf8)) AS TEXT)"
    }

    static func name(_ name: String) -> String { quoted(name, UInt8(ascii: "\"")) }

    private static func quoted(_ text: String, _ quote: UInt8) -> String {
        var bytes = [quote]
        bytes.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
        return String(decoding: bytes, as: UTF8.self)
    }
}
