internal import ClusterModel
internal import Glibc
internal import NIOCore

/// The address family of the gossip socket: only its addresses can be sent to.
enum AddressFamily: Sendable {
    case any
    case v4
    /// IPv4 destinations are written as mapped IPv6 addresses.
    case v6

    init(of address: SocketAddress) {
        switch address {
        case .v4: self = .v4
        case .v6: self = .v6
        case .unixDomainSocket: self = .any
        }
    }
}

/// Turns names into addresses with the system's resolver. The only user of `getaddrinfo` here: the list it returns is
/// read and freed within one call.
enum NameLookup {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// An address that needs no lookup; nil for names and for literals of the other family.
    static func literal(_ host: HostPort, family: AddressFamily) -> SocketAddress? {
        guard let address = try? SocketAddress(ipAddress: host.host, port: Int(host.port)) else { return nil }
        switch (family, address) {
        case (.any, _), (.v4, .v4), (.v6, .v6): return address
        default: return nil
        }
    }

    /// Blocks: call it on a thread of its own.
    static func resolve(_ host: HostPort, family: AddressFamily) throws -> SocketAddress {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        switch family {
        case .any: hints.ai_family = AF_UNSPEC
        case .v4: hints.ai_family = AF_INET
        case .v6:
            hints.ai_family = AF_INET6
            hints.ai_flags = AI_V4MAPPED
        }
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.host, nil, &hints, &list)
        guard status == 0 else {
            throw Failure(description: gai_strerror(status).map { String(cString: $0) } ?? "error \(status)")
        }
        defer { freeaddrinfo(list) }
        guard let first = list?.pointee, let socketAddress = first.ai_addr else {
            throw Failure(description: "no address")
        }
        var text = [CChar](repeating: 0, count: 256)
        let nameStatus = getnameinfo(
            socketAddress,
            first.ai_addrlen,
            &text,
            socklen_t(text.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard nameStatus == 0 else { throw Failure(description: "no numeric address") }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return try SocketAddress(ipAddress: String(decoding: bytes, as: UTF8.self), port: Int(host.port))
    }
}
