/// Texts, bytes and names in SQLite's dialect.
enum SQLLiteral {
    static func text(_ text: String) -> String {
        guard text.utf8.contains(0) else { return quoted(text, UInt8(ascii: "'")) }
        // SQLite's statement ends at a NUL.
        return "CAST(\(bytes(text.utf8)) AS TEXT)"
    }

    static func bytes(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return "x'\(String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))'"
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
