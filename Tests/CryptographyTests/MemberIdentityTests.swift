import Testing

@testable import Cryptography

@Suite("Member identity")
struct MemberIdentityTests {
    @Test("UUID version 5 gives the known value of python.org in the DNS namespace")
    func knownValue() {
        let dns = hex("6ba7b8109dad11d180b400c04fd430c8")
        let expected = hex("886313e13b8a53729b900c9aee199e5d")
        #expect(UUIDVersion5.bytes(namespace: dns, name: bytes("python.org")) == expected)
    }

    @Test("a member's id is fixed for ever: this value must not change between versions")
    func stable() {
        let id = memberID(cluster: "orders", name: "db1")
        #expect(id.high == 0x87bcbb39a5a15b5b)
        #expect(id.low == 0x88ff3ff7508e24e9)
    }

    @Test("version and variant bits are those of RFC 9562", arguments: ["db1", "db2", "", "x"])
    func bits(name: String) {
        let id = memberID(cluster: "orders", name: name)
        #expect(id.high >> 12 & 0xf == 5)
        #expect(id.low >> 62 == 0b10)
    }

    @Test("other names give other ids, also where the two names joined are the same")
    func distinct() {
        let pairs = [("orders", "db1"), ("orders", "db2"), ("ordersd", "b1"), ("order", "sdb1"), ("invoices", "db1")]
        let ids = pairs.map { memberID(cluster: $0.0, name: $0.1) }
        #expect(Set(ids.map { [$0.high, $0.low] }).count == pairs.count)
    }
}
