/// The character sets of MariaDB and MySQL, by the servers' own names.
package enum ClientCharacterSet: String, Hashable, Sendable, CaseIterable {
    case utf8mb4, utf8mb3
    /// Bytes that are not converted.
    case binary
    case ascii, swe7
    case armscii8, cp850, cp852, cp866, cp1250, cp1251, cp1256, cp1257, dec8, geostd8, greek, hebrew, hp8, keybcs2
    case koi8r, koi8u, latin1, latin2, latin5, latin7, macce, macroman, tis620
    case big5, cp932, eucjpms, euckr, gb18030, gb2312, gbk, sjis, ujis
    /// No session can have these for its statements, but for its answers.
    case ucs2, utf16, utf16le, utf32

    /// - Parameter name: as `character_set_client` says it, in any case.
    package init?(named name: String) {
        let name = name.lowercased()
        self.init(rawValue: name == "utf8" ? "utf8mb3" : name)
    }

    /// The set of a collation, by the number that a login names. Where a server does not know it, it takes its default.
    package init?(collation: UInt16) {
        // MariaDB's collations without padding have the others' numbers and this bit.
        guard let set = Self.byCollation[collation & ~1024] else { return nil }
        self = set
    }

    /// Statements and texts in this set are UTF-8, or are taken for it.
    package var isUTF8: Bool { self == .utf8mb4 || self == .utf8mb3 || self == .binary }

    /// ASCII characters are the bytes of ASCII, and the bytes of ASCII outside of longer characters are nothing else.
    package var holdsASCII: Bool {
        switch self {
        case .swe7, .ucs2, .utf16, .utf16le, .utf32: false
        default: true
        }
    }

    /// A session may send its statements in it.
    package var isForStatements: Bool {
        switch self {
        case .ucs2, .utf16, .utf16le, .utf32: false
        default: true
        }
    }

    /// How its characters are made of bytes.
    package var form: CharacterForm {
        switch self {
        case .big5: .big5
        case .cp932, .sjis: .shiftJIS
        case .eucjpms, .ujis: .eucJP
        case .euckr: .eucKR
        case .gb18030: .gb18030
        case .gb2312: .gb2312
        case .gbk: .gbk
        case .utf8mb4, .utf8mb3, .binary: .utf8
        default: .singleByte
        }
    }

    /// The longest character, in bytes.
    package var maximumCharacterBytes: UInt32 {
        switch self {
        case .utf8mb4, .gb18030, .utf16, .utf16le, .utf32: 4
        case .utf8mb3, .eucjpms, .ujis: 3
        case .big5, .cp932, .euckr, .gb2312, .gbk, .sjis, .ucs2: 2
        default: 1
        }
    }

    /// The number of its default collation; both servers agree but for utf8mb4, whose is MariaDB's here.
    package var collation: UInt16 { Self.defaultCollations[self] ?? CharacterSet.utf8mb4 }

    private static let byCollation: [UInt16: ClientCharacterSet] = {
        var sets: [UInt16: ClientCharacterSet] = [:]
        for (set, collations) in collations { for collation in collations { sets[collation] = set } }
        return sets
    }()

    private static let defaultCollations: [ClientCharacterSet: UInt16] = {
        var defaults: [ClientCharacterSet: UInt16] = [:]
        for (set, collations) in collations { defaults[set] = collations.first }
        return defaults
    }()

    /// Those that a login of one byte can name; the default comes first.
    private static let collations: [ClientCharacterSet: [UInt16]] = [
        .armscii8: [32, 64], .ascii: [11, 65], .big5: [1, 84], .binary: [63], .cp1250: [26, 34, 44, 66, 99],
        .cp1251: [51, 14, 23, 50, 52], .cp1256: [57, 67], .cp1257: [59, 29, 58], .cp850: [4, 80], .cp852: [40, 81],
        .cp866: [36, 68], .cp932: [95, 96], .dec8: [3, 69], .eucjpms: [97, 98], .euckr: [19, 85],
        .gb18030: [248, 249, 250], .gb2312: [24, 86], .gbk: [28, 87], .geostd8: [92, 93], .greek: [25, 70],
        .hebrew: [16, 71], .hp8: [6, 72], .keybcs2: [37, 73], .koi8r: [7, 74], .koi8u: [22, 75],
        .latin1: [8, 5, 15, 31, 47, 48, 49, 94], .latin2: [9, 2, 21, 27, 77], .latin5: [30, 78],
        .latin7: [41, 20, 42, 79], .macce: [38, 43], .macroman: [39, 53], .sjis: [13, 88], .swe7: [10, 82],
        .tis620: [18, 89], .ujis: [12, 91], .ucs2: [35], .utf16: [54], .utf16le: [56], .utf32: [60],
        .utf8mb3: [33, 76, 83] + Array(192...215) + [223], .utf8mb4: [45, 46] + Array(224...247) + [255],
    ]
}
