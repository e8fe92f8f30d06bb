import ClusterModel
import Testing

@Suite("A range of addresses")
struct AddressRangeTests {
    @Test(
        "is written in one canonical way",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("192.168.1.7", "192.168.1.7"),
            ("192.168.1.7/32", "192.168.1.7"), ("0.0.0.0/0", "0.0.0.0/0"), ("1.2.3.4/0", "0.0.0.0/0"),
            ("255.255.255.255/31", "255.255.255.254/31"),
            ("::/0", "::/0"), ("::1", "::1"), ("::1/128", "::1"), ("1::", "1::"), ("FD00::/8", "fd00::/8"),
            ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"), ("fdff:1::2/8", "fd00::/8"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"), ("0:0:0:0:0:0:0:0", "::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("::ffff:10.1.2.3", "10.1.2.3"), ("::ffff:10.1.2.3/104", "10.0.0.0/8"), ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:a00:1", "10.0.0.1"), ("::ffff:0:0/95", "::fffe:0:0/95"), ("::10.1.2.3", "::a01:203"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let range = try #require(AddressRange(text))
        #expect(range.description == expected)
        #expect(AddressRange(expected) == range)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "/", "/8", "10", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.01", "010.0.0.1", "10.0.0.-1",
            "10.0.0.+1", "10.0.0.1 ", " 10.0.0.1", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1",
            "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/8 ", "10.0.0.0/255.0.0.0", "0x0a.0.0.1", "10.0.0.1:3306",
            "localhost", "db1.internal", "*", "10.*",
            ":", ":::", "::1::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", ":1", "1:", "12345::", "g::", "+1::", "-1::",
            "::1/129", "::1/", "[::1]", "fe80::1%eth0", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
            "::ffff:10.0.0.1/129", "١.٢.٣.٤", "1.2.3.4\u{0}",
            String(repeating: "1", count: 100_000), String(repeating: ":", count: 100_000),
        ]
    )
    func refused(text: String) {
        #expect(AddressRange(text) == nil)
    }

    private static let v4 = [10, 1, 2, 3] as [UInt8]
    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 1, 2, 3]
    /// `::10.1.2.3`, which is no mapped address.
    private static let compatible = [UInt8](repeating: 0, count: 12) + [10, 1, 2, 3]
    private static let v6 = [0xfd, 0x00, 0, 1] + [UInt8](repeating: 0, count: 11) + [9]

    @Test(
        "holds what shares its prefix, in its own family",
        arguments: [
            ("10.0.0.0/8", v4, true), ("10.1.2.3", v4, true), ("10.1.2.2/31", v4, true), ("10.1.2.4/31", v4, false),
            ("11.0.0.0/8", v4, false), ("10.1.2.4", v4, false), ("0.0.0.0/0", v4, true),
            ("10.0.0.0/8", mapped, true), ("11.0.0.0/8", mapped, false), ("::ffff:10.0.0.0/104", v4, true),
            ("::ffff:10.0.0.0/104", mapped, true), ("0.0.0.0/0", mapped, true), ("::/0", v4, false),
            ("::/0", mapped, false), ("10.0.0.0/8", compatible, false), ("::/0", compatible, true),
            ("fd00::/8", v6, true), ("fd00:1::9", v6, true), ("fd00:1::8/125", v6, true), ("fd00:1::9/128", v6, true),
            ("fd00:2::/32", v6, false), ("::/0", v6, true), ("0.0.0.0/0", v6, false), ("::1", v6, false),
        ]
    )
    func contains(range: String, address: [UInt8], expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == expected)
    }

    @Test(
        "holds an address's text as it holds its bytes",
        arguments: [
            ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::FFFF:a01:203", true),
            ("10.0.0.0/8", "11.1.2.3", false), ("::/0", "10.1.2.3", false), ("fe80::/10", "fe80::1%eth0", true),
            ("fd00::/8", "fd12:3::4", true), ("::/0", "", false), ("::/0", "%eth0", false), ("0.0.0.0/0", "db1", false),
            ("0.0.0.0/0", "10.0.0.0/8", false), ("0.0.0.0/0", "10.0.0.1:3306", false),
        ]
    )
    func containsText(range: String, address: String, expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == expected)
    }

    @Test("holds nothing of another length than that of an address", arguments: [0, 1, 3, 5, 15, 17, 1000])
    func lengths(count: Int) throws {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(try !#require(AddressRange("0.0.0.0/0")).contains(bytes))
        #expect(try !#require(AddressRange("::/0")).contains(bytes))
    }

    @Test("is parted from its neighbours at every length of the prefix", arguments: 1...128)
    func everyLength(length: Int) throws {
        let ones = [UInt8](repeating: 0xff, count: 16)
        let range = try #require(AddressRange("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/\(length)"))
        for bit in 0..<128 {
            var other = ones
            other[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(range.contains(other) == (bit >= length), "bit \(bit)")
        }
    }
}
