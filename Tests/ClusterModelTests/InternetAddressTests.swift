import Testing

@testable import ClusterModel

@Suite("Internet addresses")
struct InternetAddressTests {
    @Test(
        "addresses are written as RFC 5952 says",
        arguments: [
            ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::0:1", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("::FFFF:c000:201", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "127.0.0.1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ]
    )
    func addressText(text: String, expected: String) throws {
        let address = try #require(InternetAddress(text))
        #expect(address.description == expected)
        #expect(InternetAddress(address.description) == address)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1::", "12345::", "g::",
            "1.2.3.4.5", "1.2.3.", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "[::1]", " ::1", "1.2.3.4 ",
            "::ffff:1.2.3.4:5", "0x1.2.3.4", "１.2.3.4",
        ]
    )
    func noAddress(text: String) {
        #expect(InternetAddress(text) == nil)
    }
}
