/// What a proxy says of the client whose connection it relays (haproxy: `doc/proxy-protocol.txt`).
package struct ProxyHeader: Hashable, Sendable {
    /// Both ends of the client's own connection.
    package struct Ends: Hashable, Sendable {
        package var source: ProxyEndpoint
        package var destination: ProxyEndpoint

        package init(source: ProxyEndpoint, destination: ProxyEndpoint) {
            self.source = source
            self.destination = destination
        }
    }

    /// Nil when the header names nobody (version 1: UNKNOWN; version 2: LOCAL, or a family or transport that is not a
    /// stream): the peer of the connection is then the client.
    package var ends: Ends?

    package init(ends: Ends?) {
        self.ends = ends
    }

    /// The longest line of version 1, with its CR LF (section 2.1).
    package static let maximumBytesV1 = 107
    /// Signature, version and command, family and transport, length (section 2.2).
    static let fixedBytesV2 = 16
    /// The most that is accepted after the fixed part of version 2: addresses and their additions.
    package static let maximumAdditionBytesV2 = 2048
    /// No header is longer.
    package static let maximumBytes = fixedBytesV2 + maximumAdditionBytesV2

    static let signatureV1: [UInt8] = Array("PROXY ".utf8)
    static let signatureV2: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    // Version 2: the command is in the low half of the 13th byte, the family in the high half of the 14th.
    static let commandLocal: UInt8 = 0x0
    static let commandProxy: UInt8 = 0x1
    static let familyV4: UInt8 = 0x1
    static let familyV6: UInt8 = 0x2
    static let familyUnix: UInt8 = 0x3
    static let transportStream: UInt8 = 0x1
    /// Of each of the two paths.
    static let pathBytes = 108
}
