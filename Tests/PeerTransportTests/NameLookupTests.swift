import ClusterModel
import NIOCore
import PeerTransport
import Testing

@Suite("Addresses of other members")
struct NameLookupTests {
    @Test(arguments: [
        ("127.0.0.1", AddressFamily.any, true), ("::1", .any, true), ("127.0.0.1", .v4, true), ("::1", .v6, true),
        ("127.0.0.1", .v6, false), ("::1", .v4, false), ("localhost", .any, false), ("127.0.0.1.", .any, false),
    ])
    func `an address of the socket's family needs no lookup`(host: String, family: AddressFamily, isLiteral: Bool) {
        let literal = NameLookup.literal(HostPort(host: host, port: 6307), family: family)
        #expect(literal?.ipAddress == (isLiteral ? host : nil))
        #expect(literal?.port == (isLiteral ? 6307 : nil))
    }

    @Test(arguments: [AddressFamily.any, .v4, .v6])
    func `a name leads to addresses that the socket can send to`(family: AddressFamily) throws {
        let host = HostPort(host: "localhost", port: 6307)
        let addresses = try NameLookup.addresses(of: host, family: family)
        #expect(!addresses.isEmpty && addresses.allSatisfy { $0.port == 6307 })
        #expect(try addresses.first == NameLookup.first(of: host, family: family))
        for address in addresses {
            switch address {
            case .v4: #expect(family != .v6)
            case .v6: #expect(family != .v4)
            case .unixDomainSocket: Issue.record("\(address)")
            }
        }
    }

    @Test func `an IPv4 address is mapped for a socket of IPv6`() throws {
        let address = try NameLookup.first(of: HostPort(host: "127.0.0.1", port: 6307), family: .v6)
        #expect(address.ipAddress == "::ffff:127.0.0.1")
    }

    @Test func `why a name leads nowhere is told`() {
        let error = #expect(throws: NameLookup.Failure.self) {
            _ = try NameLookup.addresses(of: HostPort(host: "no-such-host.invalid", port: 1), family: .any)
        }
        #expect(error.map { !"\($0)".isEmpty } == true)
    }
}
