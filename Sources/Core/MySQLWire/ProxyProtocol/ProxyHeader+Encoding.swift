internal import ClusterModel

// Both versions as mysqld reads them (MariaDB: `proxy_protocol_networks`).
extension ProxyHeader {
    /// The line of version 1. It has no form for unix sockets, which become UNKNOWN; ends of different families are
    /// both written as IPv6.
    package var encodedV1: [UInt8] {
        guard let ends,
            case .internet(let source, let sourcePort) = ends.source,
            case .internet(let destination, let destinationPort) = ends.destination
        else { return Array("PROXY UNKNOWN\r\n".utf8) }
        let line: String
        if case .v4 = source, case .v4 = destination {
            line = "PROXY TCP4 \(source) \(destination) \(sourcePort) \(destinationPort)\r\n"
        } else {
            let (from, to) = (InternetAddress.v6(source.v6Bits), InternetAddress.v6(destination.v6Bits))
            line = "PROXY TCP6 \(from) \(to) \(sourcePort) \(destinationPort)\r\n"
        }
        return Array(line.utf8)
    }

    /// The bytes of version 2, without additions. Without ends, or with a unix socket at one of them alone, it is the
    /// LOCAL command.
    package var encodedV2: [UInt8] {
        guard let ends else { return Self.frame(command: Self.commandLocal, family: 0, []) }
        switch (ends.source, ends.destination) {
        case (.internet(.v4(let source), let sourcePort), .internet(.v4(let destination), let destinationPort)):
            return Self.frame(
                command: Self.commandProxy,
                family: Self.familyV4,
                Self.bigEndian(source) + Self.bigEndian(destination)
                    + Self.bigEndian(sourcePort) + Self.bigEndian(destinationPort)
            )
        case (.internet(let source, let sourcePort), .internet(let destination, let destinationPort)):
            return Self.frame(
                command: Self.commandProxy,
                family: Self.familyV6,
                Self.bigEndian(source.v6Bits) + Self.bigEndian(destination.v6Bits)
                    + Self.bigEndian(sourcePort) + Self.bigEndian(destinationPort)
            )
        case (.unix(let source), .unix(let destination)):
            return Self.frame(
                command: Self.commandProxy,
                family: Self.familyUnix,
                Self.padded(source) + Self.padded(destination)
            )
        default:
            return Self.frame(command: Self.commandLocal, family: 0, [])
        }
    }

    private static func frame(command: UInt8, family: UInt8, _ addresses: [UInt8]) -> [UInt8] {
        let transport = family == 0 ? 0 : transportStream
        return signatureV2 + [0x20 | command, family << 4 | transport]
            + bigEndian(UInt16(clamping: addresses.count)) + addresses
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func padded(_ path: [UInt8]) -> [UInt8] {
        let path = path.prefix(pathBytes)
        return path + Array(repeating: 0, count: pathBytes - path.count)
    }
}
