import MySQLWire
import Testing
import TextConversion

@Suite struct TextCoderTests {
    private let converter = IconvConverter()

    private func coder(_ set: ClientCharacterSet) -> TextCoder { TextCoder(set, converter) }

    @Test(
        "a text has the bytes that the servers give it",
        arguments: [
            (.latin1, "é€\u{81}", [0xe9, 0x80, 0x81]),
            (.cp1251, "Я", [0xdf]), (.koi8r, "Я", [0xf1]), (.cp866, "Я", [0x9f]), (.macroman, "é", [0x8e]),
            (.tis620, "\u{e01}", [0xa1]), (.armscii8, "’", [0xfe]), (.hp8, "é", [0xc5]), (.keybcs2, "č", [0x87]),
            (.swe7, "Öl", [0x5c, 0x6c]), (.dec8, "ÿ", [0xfd]), (.geostd8, "ა", [0xc0]),
            (.gbk, "昞中", [0x95, 0x5c, 0xd6, 0xd0]), (.gb2312, "中", [0xd6, 0xd0]),
            (.gb18030, "昞😀", [0x95, 0x5c, 0x94, 0x39, 0xfc, 0x36]),
            (.big5, "功ア①", [0xa5, 0x5c, 0xc6, 0xf9, 0xc7, 0xe9]), (.sjis, "表ｱ", [0x95, 0x5c, 0xb1]),
            (.cp932, "表①", [0x95, 0x5c, 0x87, 0x40]),
            (.ujis, "表", [0xc9, 0xbd]), (.eucjpms, "①", [0xad, 0xa1]), (.euckr, "한똠", [0xc7, 0xd1, 0x8c, 0x63]),
            (.ucs2, "é", [0x00, 0xe9]), (.utf16, "😀", [0xd8, 0x3d, 0xde, 0x00]),
            (.utf16le, "é", [0xe9, 0x00]), (.utf32, "é", [0, 0, 0, 0xe9]), (.utf8mb3, "é", [0xc3, 0xa9]),
        ] as [(ClientCharacterSet, String, [UInt8])]
    )
    func bothWays(set: ClientCharacterSet, text: String, bytes: [UInt8]) {
        #expect(coder(set).encode(text) == bytes)
        #expect(coder(set).decode(bytes) == text)
    }

    @Test(
        "what a set does not have becomes a question mark",
        arguments: [
            (.latin1, "я"), (.ascii, "é"), (.swe7, "@"), (.gbk, "😀"), (.utf8mb3, "😀"), (.sjis, "①"), (.big5, "€"),
            (.latin1, "\u{fffd}"), (.cp1251, "\u{fffd}"),
        ] as [(ClientCharacterSet, String)]
    )
    func unmappable(set: ClientCharacterSet, text: String) {
        #expect(coder(set).encode(text) == [UInt8(ascii: "?")])
    }

    @Test("every byte of a set of one byte a character goes there and back", arguments: ClientCharacterSet.allCases)
    func roundTrip(set: ClientCharacterSet) {
        guard set.form == .singleByte, set.isForStatements else { return }
        for byte in UInt8.min...UInt8.max {
            guard let text = coder(set).decode([byte]) else { continue }
            // armscii8 has some of ASCII's characters twice.
            let isTwice = set == .armscii8 && byte >= 0x80 && text.utf8.count == 1
            #expect(coder(set).encode(text) == (isTwice ? Array(text.utf8) : [byte]), "\(set) \(byte)")
        }
    }

    @Test("bytes that are no character of the set are no text")
    func illFormed() {
        for (set, bytes) in [
            (.gbk, [0x95]), (.gbk, [0x80, 0x40]), (.sjis, [0x81, 0x20]), (.big5, [0xa1, 0x80]), (.utf8mb4, [0xe9]),
            (.euckr, [0xb0, 0x40]), (.gb18030, [0x81, 0x30, 0x81]), (.cp1251, [0x98]), (.ascii, [0x80]),
        ] as [(ClientCharacterSet, [UInt8])] {
            #expect(coder(set).decode(bytes) == nil, "\(set) \(bytes)")
        }
    }

    @Test("a set is known by its collations and by its names")
    func names() {
        #expect(ClientCharacterSet(collation: 8) == .latin1)
        #expect(ClientCharacterSet(collation: 28) == .gbk)
        #expect(ClientCharacterSet(collation: 255) == .utf8mb4)
        #expect(ClientCharacterSet(collation: 1032) == .latin1)
        #expect(ClientCharacterSet(collation: 2304) == nil)
        #expect(ClientCharacterSet(named: "UTF8") == .utf8mb3)
        #expect(ClientCharacterSet(named: "nosuch") == nil)
        for set in ClientCharacterSet.allCases { #expect(ClientCharacterSet(collation: set.collation) == set) }
    }
}
