import Testing

@testable import MySQLWire

@Suite("The name that mysqld reads")
struct AccountNameTests {
    private static let mariaDB = "5.5.5-10.11.6-MariaDB"
    private static let mySQL = "9.7.0"
    private static let latin1: UInt16 = 8
    private static let armscii8: UInt16 = 32
    private static let swe7: UInt16 = 10
    private static let utf8mb4: UInt16 = 45

    private func read(
        _ bytes: [UInt8],
        in packet: AccountName.Packet = .login,
        characterSet: UInt16? = utf8mb4,
        on version: String = mariaDB
    ) -> String? {
        AccountName(bytes, in: packet, characterSet: characterSet, serverVersion: version)?.text
    }

    @Test(
        "a login loses one pair of single quotes; with more it is no name",
        arguments: [
            ("app", "app"), ("", ""), ("'", "'"), ("''", ""), ("'app'", "app"), ("'app", "'app"), ("app'", "app'"),
            ("'a'pp'", "a'pp"), ("''app''", nil), ("''''", nil), ("'''", "'"), ("\"app\"", "\"app\""),
            ("`app`", "`app`"), ("App", "App"), (" app ", " app "), ("'app' ", "'app' "), ("' app '", " app "),
        ]
    )
    func quotes(name: String, expected: String?) {
        #expect(read(Array(name.utf8)) == expected)
    }

    @Test(
        "a change of user keeps its quotes, and as it may become a login it may have no pair",
        arguments: [("app", "app"), ("'app'", nil), ("''", nil), ("'app", "'app"), ("'", "'")]
    )
    func quotesInChange(name: String, expected: String?) {
        #expect(read(Array(name.utf8), in: .changeOfUser) == expected)
    }

    @Test(
        "a name that mysqld would clip is none",
        arguments: [
            (32, mySQL, true), (33, mySQL, false), (300, mySQL, false), (80, mariaDB, true), (128, mariaDB, true),
            (129, mariaDB, false), (300, mariaDB, false),
        ]
    )
    func length(count: Int, version: String, isRead: Bool) {
        #expect((read(Array(repeating: 97, count: count), on: version) != nil) == isRead)
        let twoBytes = Array(String(repeating: "é", count: count).utf8)
        #expect((read(twoBytes, on: version) != nil) == isRead)
    }

    @Test(
        "bytes beyond ASCII are read in UTF-8 and latin1 alone",
        arguments: [
            (Array("rené".utf8), utf8mb4, "rené"), ([0x72, 0xe9], latin1, "ré"), ([0x80, 0x9f, 0xff], latin1, "€Ÿÿ"),
            ([0x72, 0xe9], utf8mb4, nil), (Array("😀".utf8), utf8mb4, nil), ([0xc0, 0xa7], utf8mb4, nil),
            ([0xed, 0xa0, 0x80], utf8mb4, nil), ([0xe9], armscii8, nil), ([0xe9], nil, nil), ([0x81, 0x5f], 13, nil),
            (Array("rené".utf8), 0, nil), (Array("rené".utf8), 9999, nil),
            // Quotes, for a server that reads everything in armscii8.
            ([0xff] + Array("root".utf8) + [0xff], armscii8, nil), ([0xff] + Array("root".utf8) + [0xff], latin1, nil),
            ([0x27] + Array("root".utf8) + [0xff], latin1, nil),
        ] as [([UInt8], UInt16?, String?)]
    )
    func characterSets(bytes: [UInt8], characterSet: UInt16?, expected: String?) {
        #expect(read(bytes, characterSet: characterSet) == expected)
    }

    @Test("what is other than ASCII in swe7 is read where the set is known to be another")
    func swe7() {
        for byte in UInt8(1)..<0x80 {
            let differs = "@[\\]^`{|}~\u{7f}".utf8.contains(byte)
            #expect((read([byte], characterSet: Self.swe7) == nil) == differs)
            #expect((read([byte], in: .changeOfUser, characterSet: nil) == nil) == differs)
            #expect(read([byte], characterSet: Self.armscii8) == String(UnicodeScalar(byte)))
        }
    }

    @Test("a name means another if it is the same as far as no server clips it")
    func meaning() {
        func mayMean(_ name: String, _ other: String) -> Bool? {
            AccountName(Array(name.utf8), in: .login, characterSet: 45, serverVersion: Self.mariaDB)?.mayMean(other)
        }
        #expect(mayMean("root", "root") == true)
        #expect(mayMean("'root'", "root") == true)
        #expect(mayMean("Root", "root") == false)
        #expect(mayMean("root ", "root") == false)
        #expect(mayMean("roots", "root") == false)
        #expect(mayMean("", "root") == false)
        let long = String(repeating: "a", count: 32)
        #expect(mayMean(long + "b", long) == true)
        #expect(mayMean(String(long.dropLast()), long) == false)
    }
}
