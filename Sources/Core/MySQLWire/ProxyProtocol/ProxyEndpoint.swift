package import ClusterModel

/// One end of a connection as a PROXY header names it.
package enum ProxyEndpoint: Hashable, Sendable, CustomStringConvertible {
    case internet(InternetAddress, port: UInt16)
    /// The socket's path, at most 108 bytes; empty for a socket without a name, with a leading NUL for one in
    /// Linux's abstract namespace.
    case unix(path: [UInt8])

    /// - Parameter host: an IPv4 or IPv6 address; names are not looked up. An IPv4 address in its IPv6 form, as a socket
    ///   of both families has it, counts as IPv4.
    package init?(host: String, port: UInt16) {
        guard let address = InternetAddress(host) else { return nil }
        self = .internet(address.unmapped, port: port)
    }

    /// What accounts and logs call this end: the address without its port, `localhost` for a unix socket.
    package var host: String {
        switch self {
        case .internet(let address, _): address.unmapped.description
        case .unix: "localhost"
        }
    }

    /// `192.0.2.1:6306`, `[2001:db8::1]:6306` or `unix:/path`. Bytes of a path that are not printable ASCII are shown
    /// as `?`, so that the text is safe in a log.
    package var description: String {
        switch self {
        case .internet(let address, let port):
            switch address {
            case .v4: "\(address):\(port)"
            case .v6: "[\(address)]:\(port)"
            }
        case .unix(let path):
            "unix:"
                + String(
                    decoding: path.enumerated().map { index, byte in
                        if index == 0, byte == 0 { return UInt8(ascii: "@") }
                        return (0x20...0x7e).contains(byte) ? byte : UInt8(ascii: "?")
                    },
                    as: UTF8.self
                )
        }
    }
}
