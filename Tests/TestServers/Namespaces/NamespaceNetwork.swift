/// Hosts on one switch: a namespace for each, joined by a bridge in a further one. The test's own namespace has no part
/// in it, so that what cuts hosts off from each other never cuts the test off from them: it enters theirs.
package struct NamespaceNetwork: Sendable {
    /// Its filter of packets is all that happens to be wrong with this network.
    package let hosts: [NetworkNamespace]
    private let hub: NetworkNamespace

    /// Makes hosts with the addresses of `address(_:)`.
    package static func start(hosts count: Int) async throws -> NamespaceNetwork {
        let hub = try await NetworkNamespace.make("hub")
        var hosts: [NetworkNamespace] = []
        for number in 0..<count { hosts.append(try await NetworkNamespace.make("host\(number + 1)")) }
        try await hub.configure(
            by: "ip",
            ["link add bridge0 type bridge", "link set bridge0 up"]
                + hosts.enumerated().flatMap { number, host in
                    [
                        "link add port\(number) type veth peer name eth0 netns \(host.holderID)",
                        "link set port\(number) master bridge0 up",
                    ]
                }
        )
        for (number, host) in hosts.enumerated() {
            try await host.configure(by: "ip", ["address add \(address(number))/24 dev eth0", "link set eth0 up"])
        }
        return NamespaceNetwork(hosts: hosts, hub: hub)
    }

    /// A host's address at the start; hosts count from 0.
    package static func address(_ host: Int) -> String { "10.0.0.\(host + 1)" }

    package func remove() {
        for namespace in hosts + [hub] { namespace.remove() }
    }

    /// Gives a host another address on the same network.
    package func move(_ host: Int, to address: String) async throws {
        try await hosts[host].configure(
            by: "ip",
            ["address flush dev eth0 scope global", "address add \(address)/24 dev eth0"]
        )
    }

    // MARK: Faults

    package enum Lost: String, Sendable {
        case everything = ""
        case datagrams = "meta l4proto udp"
        case streams = "meta l4proto tcp"
    }

    /// From now on a host receives nothing from these addresses, or no datagrams; nobody is told so. It replaces what
    /// the host did not receive before.
    package func drop(_ lost: Lost = .everything, at host: Int, from senders: [String]) async throws {
        var lines = ["add table inet faults", "delete table inet faults"]
        if !senders.isEmpty {
            lines += [
                "table inet faults {",
                "chain incoming {",
                "type filter hook input priority 0;",
                "ip saddr { \(senders.joined(separator: ", ")) } \(lost.rawValue) counter drop",
                "}",
                "}",
            ]
        }
        try await hosts[host].configure(by: "nft", lines)
    }

    /// Hosts of different groups do not reach each other.
    package func partition(_ groups: [Int]...) async throws {
        for group in groups {
            let others = groups.filter { $0 != group }.flatMap { $0 }.map(Self.address)
            for host in group { try await drop(at: host, from: others) }
        }
    }

    /// No host receives such packets from any other.
    package func drop(_ lost: Lost) async throws {
        for host in hosts.indices {
            try await drop(lost, at: host, from: hosts.indices.filter { $0 != host }.map(Self.address))
        }
    }

    /// Nothing is dropped any more.
    package func heal() async throws {
        for host in hosts.indices { try await drop(at: host, from: []) }
    }
}
