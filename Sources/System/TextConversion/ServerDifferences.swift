import MySQLWire

/// Where MariaDB and MySQL take characters for others than the C library does, or for none.
struct ServerDifferences {
    private var scalars: [UInt32: Unicode.Scalar?]
    private var characters: [Unicode.Scalar: UInt32]

    /// - Returns: nil for a set that they agree about.
    static func of(_ set: ClientCharacterSet) -> ServerDifferences? { all[set] }

    /// - Returns: nil where there is no difference; `.some(nil)` for a character that the servers do not know.
    func scalar(of character: UInt32) -> Unicode.Scalar?? { scalars[character] }

    func character(of scalar: Unicode.Scalar) -> UInt32? { characters[scalar] }

    private init(_ scalars: [UInt32: Unicode.Scalar?]) {
        self.scalars = scalars
        characters = [:]
        for (character, scalar) in scalars {
            if let scalar, !scalar.isASCII { characters[scalar] = character }
        }
    }

    private static let all: [ClientCharacterSet: ServerDifferences] = [
        .big5: ServerDifferences(big5),
        .gb18030: ServerDifferences(gb18030),
        // A full-width backslash and tilde are those of ASCII.
        .sjis: ServerDifferences([0x815f: "\\"]),
        .ujis: ServerDifferences([0xa1c0: "\\", 0x8fa2b7: "~"]),
    ]

    private static let big5: [UInt32: Unicode.Scalar?] = {
        var scalars: [UInt32: Unicode.Scalar?] = [
            0xa145: "\u{2022}", 0xa14e: "\u{ff64}", 0xa1c2: "\u{203e}", 0xa1e3: "\u{223c}", 0xa1f2: "\u{2641}",
            0xa1f3: "\u{2609}", 0xa241: "\u{ff0f}", 0xa242: "\u{ff3c}", 0xa244: "\u{a5}", 0xa246: "\u{a2}",
            0xa247: "\u{a3}",
        ]
        for unknown in [0xa15a, 0xa1c3, 0xa1c5, 0xa1fe, 0xa240, 0xa2cc, 0xa2ce, 0xa3e1] + Array(0xf9dd...0xf9fe) {
            scalars[UInt32(unknown)] = .some(nil)
        }
        // The rows from C6A1 on are an extension, which the C library has at private places.
        var known = Array(extensionTexts.unicodeScalars)[...]
        for row in 0xc6...0xc8 as ClosedRange<UInt32> {
            for cell in Array(0x40...0x7e) + Array(0xa1...0xfe) as [UInt32] where row << 8 | cell >= 0xc6a1 {
                scalars[row << 8 | cell] = .some(known.popFirst())
            }
        }
        return scalars
    }()

    /// The servers are at the standard's first edition, where these had private places.
    private static let gb18030: [UInt32: Unicode.Scalar?] = [
        0xa6d9: "\u{e78d}", 0xa6da: "\u{e78e}", 0xa6db: "\u{e78f}", 0xa6dc: "\u{e790}", 0xa6dd: "\u{e791}",
        0xa6de: "\u{e792}", 0xa6df: "\u{e793}", 0xa6ec: "\u{e794}", 0xa6ed: "\u{e795}", 0xa6f3: "\u{e796}",
        0xfe51: "\u{e816}", 0xfe52: "\u{e817}", 0xfe53: "\u{e818}", 0xfe59: "\u{e81e}", 0xfe61: "\u{e826}",
        0xfe66: "\u{e82b}", 0xfe67: "\u{e82c}", 0xfe6c: "\u{e831}", 0xfe6d: "\u{e832}", 0xfe76: "\u{e83b}",
        0xfe7e: "\u{e843}", 0xfe90: "\u{e854}", 0xfe91: "\u{e855}", 0xfea0: "\u{e864}",
    ]

    /// From 0xc6a1 on.
    private static let extensionTexts =
        """
        ヾゝゞ々ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんァアィイゥウェエ\
        ォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶДЕЁЖЗИЙКЛМУФХЦЧШЩ\
        ЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽
        """
}
