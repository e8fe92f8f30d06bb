import Testing

@testable import ClusterModel

@Suite("GTID sets")
struct GTIDSetTests {
    static let one = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
    static let two = "4e11fa47-71ca-11e1-9e33-c80aa9429562"
    static let greatest = UInt64(1) << 63 - 2

    /// `X` and `Y` stand for two servers' UUIDs.
    static func mySQL(_ text: String) throws -> GTIDSet { try GTIDSet(spelled(text), .mySQL) }

    static func spelled(_ text: String) -> String {
        text.replacing("X", with: one).replacing("Y", with: two)
    }

    static let mySQLSpellings: [(String, String)] = [
        ("", ""), (" \n", ""), ("X:1", "X:1"), ("X:1-5", "X:1-5"), ("X:5-5", "X:5"), ("X:1-5:7:9-10", "X:1-5:7:9-10"),
        ("X:9-10:1-5:7", "X:1-5:7:9-10"), ("X:1-5:6-7", "X:1-7"), ("X:1-5:3-9:2", "X:1-9"), ("X:007", "X:7"),
        ("Y:1,\nX:2", "X:2,Y:1"), ("X:1 , X:3,\r\n\tX:2", "X:1-3"), (" X : 1 - 5 : 7 ", "X:1-5:7"),
        (",X:1,,Y:1,", "X:1,Y:1"),
        ("X:tag:1-5", "X:tag:1-5"), ("X:TAG:1:tag:2", "X:tag:1-2"), ("X:1:tag:1:_b2:3-4", "X:1:_b2:3-4:tag:1"),
        ("X:tag:1,X:7", "X:7:tag:1"), ("X:a1234567890123456789012345678901:1", "X:a1234567890123456789012345678901:1"),
        ("X:1-\(greatest)", "X:1-\(greatest)"), ("3E11FA47-71CA-11E1-9E33-C80AA9429562:1", "X:1"),
    ]

    @Test("MySQL's are read in any spelling and written in its own", arguments: mySQLSpellings)
    func mySQLTexts(text: String, canonical: String) throws {
        let set = try Self.mySQL(text)
        #expect(set.text == Self.spelled(canonical))
        #expect(try GTIDSet(set.text, .mySQL) == set)
        #expect(GTIDSet(compact: try #require(set.compact)[...]) == set)
    }

    static let otherTexts: [(String, Int)] = [
        ("X", 36), ("X:", 37), ("X:x", 38), ("X:tag", 40), ("X:tag:", 41), ("X:tag:tag2:1", 41), ("X:1-", 39),
        ("X:5-1", 39), ("X:1-2-3", 40), ("X:0", 37), ("X:-1", 37), ("X:+1", 37), ("X:1 2", 39), ("X:1:", 39),
        ("X:1;", 38),
        ("X:9223372036854775807", 37), ("X:99999999999999999999999", 37), ("X:1tag:2", 38), ("X:ä:1", 37),
        ("X:b123456789012345678901234567890123:1", 37), ("3e11:1", 0), ("0-1-10", 0), ("X1", 36), ("X:1,x", 39),
        ("X:1,0-1-2", 39), ("{X}:1", 0), ("3e11fa47071ca-11e1-9e33-c80aa9429562:1", 0),
    ]

    @Test("what is none of MySQL's is refused, and where", arguments: otherTexts)
    func notMySQL(text: String, at offset: Int) {
        #expect {
            try Self.mySQL(text)
        } throws: { error in
            guard case GTIDError.malformed(offset, _) = error else { return false }
            return true
        }
    }

    static let mariaDBSpellings: [(String, String)] = [
        ("", ""), ("0-1-10", "0-1-10"), ("7-2-3,0-1-10", "0-1-10,7-2-3"), (" 0-1-10 ,\n1-1-1", "0-1-10,1-1-1"),
        ("4294967295-4294967295-18446744073709551615", "4294967295-4294967295-18446744073709551615"),
        ("0-0-0", "0-0-0"),
    ]

    @Test("MariaDB's are read and written in the order of their domains", arguments: mariaDBSpellings)
    func mariaDBTexts(text: String, canonical: String) throws {
        let set = try GTIDSet(text, .mariaDB)
        #expect(set.text == canonical)
        #expect(try GTIDSet(canonical, .mariaDB) == set)
    }

    static let otherPositions: [(String, GTIDError)] = [
        ("0-1", GTIDError.malformed(offset: 3, expected: "\"-\"")),
        ("0-1-x", .malformed(offset: 4, expected: "a number from 0 to 18446744073709551615")),
        ("0-1-+5", .malformed(offset: 4, expected: "a number from 0 to 18446744073709551615")),
        ("0-1-99999999999999999999", .malformed(offset: 4, expected: "a number from 0 to 18446744073709551615")),
        ("4294967296-1-1", .malformed(offset: 0, expected: "a number from 0 to 4294967295")),
        ("0-1-1,", .malformed(offset: 6, expected: "a number from 0 to 4294967295")),
        ("0-1-1 1-1-1", .malformed(offset: 6, expected: "\",\"")),
        ("0-1-10,0-2-11", .repeatedDomain(0)),
    ]

    @Test("what is no position of MariaDB's is refused, and why", arguments: otherPositions)
    func notMariaDB(text: String, error: GTIDError) {
        #expect(throws: error) { try GTIDSet(text, .mariaDB) }
    }

    @Test("a text that is longer than any that is read is refused", arguments: ServerFlavor.allCases)
    func tooLong(flavor: ServerFlavor) throws {
        let space = String(repeating: " ", count: GTIDSet.maximumTextBytes)
        #expect(try GTIDSet(space, flavor).isEmpty)
        #expect(throws: GTIDError.tooLong(bytes: space.utf8.count + 1)) { try GTIDSet(space + " ", flavor) }
    }

    static let mySQLPairs: [(String, String, String, UInt64, String)] = [
        ("X:1-10", "X:1-10", "", 0, "X:1-10"), ("X:1-10", "", "X:1-10", 10, "X:1-10"), ("", "X:1", "", 0, "X:1"),
        ("X:1-10:12-20", "X:5:13-14", "X:1-4:6-10:12:15-20", 16, "X:1-10:12-20"),
        ("X:1-10:12-20", "X:1-20", "", 0, "X:1-20"), ("X:1-20", "X:1-10:12-20", "X:11", 1, "X:1-20"),
        ("X:1-10,Y:1-3", "Y:1-3", "X:1-10", 10, "X:1-10,Y:1-3"),
        ("X:1-10", "X:tag:1-10", "X:1-10", 10, "X:1-10:tag:1-10"),
        ("X:1-5:tag:1-5", "X:tag:2-9", "X:1-5:tag:1", 6, "X:1-5:tag:1-9"),
        ("X:3-4:8-9", "X:1-20", "", 0, "X:1-20"), ("X:1-4:6-9:11-14", "X:4-11", "X:1-3:12-14", 6, "X:1-14"),
        ("X:1-\(greatest)", "X:2-\(greatest)", "X:1", 1, "X:1-\(greatest)"),
        (
            "X:1-\(greatest):t:1-\(greatest),Y:1-\(greatest)", "", "X:1-\(greatest):t:1-\(greatest),Y:1-\(greatest)",
            .max, "X:1-\(greatest):t:1-\(greatest),Y:1-\(greatest)"
        ),
    ]

    @Test("MySQL's: what one has and another lacks, and what both have", arguments: mySQLPairs)
    func mySQLAlgebra(one: String, other: String, rest: String, count: UInt64, union: String) throws {
        let (one, other) = (try Self.mySQL(one), try Self.mySQL(other))
        let difference = try #require(one.subtracting(other))
        #expect(difference.text == Self.spelled(rest))
        #expect(difference.count == count)
        #expect(difference.isEmpty == rest.isEmpty)
        #expect(other.contains(one) == rest.isEmpty)
        #expect(one.union(other)?.text == Self.spelled(union))
        #expect(other.union(one) == one.union(other))
    }

    static let mariaDBPairs: [(String, String, String, UInt64, String)] = [
        ("0-1-10", "0-1-10", "", 0, "0-1-10"), ("0-1-15", "0-1-10", "0-1-15 and 4 before it", 5, "0-1-15"),
        ("0-2-11", "0-1-10", "0-2-11", 1, "0-2-11"), ("0-1-9", "0-1-10", "", 0, "0-1-10"),
        ("0-1-10,1-1-3", "0-1-10", "1-1-3 and 2 before it", 3, "0-1-10,1-1-3"),
        ("0-1-12,1-1-3", "0-1-10,1-3-7", "0-1-12 and 1 before it", 2, "0-1-12,1-3-7"),
        ("0-1-12,2-1-1", "1-3-7", "0-1-12 and 11 before it, 2-1-1", 13, "0-1-12,1-3-7,2-1-1"),
        ("", "0-1-1", "", 0, "0-1-1"),
        ("0-1-0", "", "", 0, "0-1-0"),
        (
            "0-1-18446744073709551615,1-1-1", "", "0-1-18446744073709551615 and 18446744073709551614 before it, 1-1-1",
            .max, "0-1-18446744073709551615,1-1-1"
        ),
    ]

    @Test("MariaDB's: by the numbers of each domain", arguments: mariaDBPairs)
    func mariaDBAlgebra(one: String, other: String, rest: String, count: UInt64, union: String) throws {
        let (one, other) = (try GTIDSet(one, .mariaDB), try GTIDSet(other, .mariaDB))
        let difference = try #require(one.subtracting(other))
        #expect(difference == GTIDDifference(text: rest, count: count))
        #expect(other.contains(one) == rest.isEmpty)
        #expect(one.union(other)?.text == union)
        #expect(other.union(one) == one.union(other))
    }

    @Test("MariaDB's: one number of two servers is two transactions, and no position has both")
    func split() throws {
        let (one, other) = (try GTIDSet("0-1-10,1-1-1", .mariaDB), try GTIDSet("0-2-10,1-1-1", .mariaDB))
        #expect(one.subtracting(other) == GTIDDifference(text: "0-1-10", count: 1))
        #expect(other.subtracting(one) == GTIDDifference(text: "0-2-10", count: 1))
        #expect(one.contains(other) == false)
        #expect(other.contains(one) == false)
        #expect(one.union(other) == nil)
    }

    @Test("sets of different kinds of servers say nothing of each other, even if they are empty")
    func otherKinds() throws {
        for text in ["", "0-1-10"] {
            let (mariaDB, mySQL) = (try GTIDSet(text, .mariaDB), try GTIDSet("", .mySQL))
            #expect(mariaDB != mySQL)
            #expect(mariaDB.contains(mySQL) == nil)
            #expect(mySQL.contains(mariaDB) == nil)
            #expect(mariaDB.subtracting(mySQL) == nil)
            #expect(mariaDB.union(mySQL) == nil)
        }
    }

    @Test("the compact form of anything else is none")
    func notCompact() throws {
        let compact = try #require(try Self.mySQL("X:5-9:11:tag:3,Y:1").compact)
        #expect(compact.count == 1 + (16 + 1 + 1 + 2 + 2) + (16 + 4 + 1 + 2) + (16 + 1 + 1 + 2))
        for count in 0..<compact.count where ![1, 23, 46].contains(count) {
            #expect(GTIDSet(compact: compact.prefix(count)) == nil, "\(count)")
        }
        let uuid = [UInt8](repeating: 7, count: 16)
        let most = [UInt8](repeating: 0xff, count: 9) + [1]
        for bytes: [UInt8] in [
            [], [2], [1] + uuid + [0, 0], [1] + uuid + [1, 0x31, 1, 0, 0],
            [1] + uuid + [33] + uuid + uuid + [0x61, 1, 0, 0],
            [1] + uuid + [0] + most, [1] + uuid + [0, 1] + most + [0], [1] + uuid + [0, 1, 0] + most,
            [1] + uuid + [0, 1, 0] + [UInt8](repeating: 0xff, count: 10),
            [1] + uuid + [0, 1, 0, 0] + uuid + [0, 1, 0, 0],
        ] {
            #expect(GTIDSet(compact: bytes[...]) == nil, "\(bytes)")
        }
    }

    @Test("a few bytes of a hostile member become no text that is longer than any that is read")
    func compactBomb() {
        let far: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 1]
        let bytes =
            [1] + [UInt8](repeating: 7, count: 16) + [0, 0xa1, 0x9c, 1] + far + [UInt8](repeating: 1, count: 40_000)
        #expect(GTIDSet(compact: bytes[...]) == nil)
        let few = [1] + [UInt8](repeating: 7, count: 16) + [0, 3] + far + [UInt8](repeating: 1, count: 4)
        #expect(GTIDSet(compact: few[...])?.text.utf8.count == 36 + 3 * 40)
    }

    @Test("random sets do what sets of numbers do")
    func random() throws {
        for _ in 0..<2_000 {
            let numbers = (0..<2).map { _ in Set((0..<Int.random(in: 0...30)).map { _ in UInt64.random(in: 1...40) }) }
            let sets = try numbers.map { numbers in
                try Self.mySQL(numbers.isEmpty ? "" : "X:" + numbers.map(String.init).joined(separator: ":"))
            }
            let difference = try #require(sets[0].subtracting(sets[1]))
            let rest = numbers[0].subtracting(numbers[1])
            #expect(difference.count == UInt64(rest.count))
            #expect(try GTIDSet(difference.text, .mySQL).contains(sets[0]) == (rest == numbers[0]))
            #expect(sets[0].contains(sets[1]) == numbers[1].isSubset(of: numbers[0]))
            let union = try #require(sets[0].union(sets[1]))
            #expect(union.subtracting(try GTIDSet("", .mySQL))?.count == UInt64(numbers[0].union(numbers[1]).count))
            #expect(sets.allSatisfy { union.contains($0) == true })
        }
    }
}
