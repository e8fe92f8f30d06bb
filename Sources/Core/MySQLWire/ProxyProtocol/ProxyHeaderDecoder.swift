internal import ClusterModel
package import NIOCore

/// Reads the PROXY header, version 1 or 2, at the beginning of a connection (haproxy: `doc/proxy-protocol.txt`).
///
/// It is shown all bytes since the connection's beginning, however they were cut, and keeps none: a caller never needs
/// to hold more than `ProxyHeader.maximumBytes`. It must only be asked for peers that are known to be proxies: whoever
/// may send a header may claim any address.
package enum ProxyHeaderDecoder {
    package enum Result: Hashable, Sendable {
        /// What is there may be the beginning of a header.
        case needsMore
        /// The header ends after so many bytes; the client's own follow.
        case header(ProxyHeader, consumed: Int)
    }

    /// - Parameter bytes: all bytes so far; none is consumed.
    /// - Throws: `ProxyHeaderViolation` as soon as the bytes cannot become a header: the connection is to be closed.
    package static func decode(_ bytes: ByteBuffer) throws(ProxyHeaderViolation) -> Result {
        let view = bytes.readableBytesView
        guard let first = view.first else { return .needsMore }
        let signature = first == ProxyHeader.signatureV1[0] ? ProxyHeader.signatureV1 : ProxyHeader.signatureV2
        guard view.prefix(signature.count).elementsEqual(signature.prefix(view.count)) else { throw .noHeader }
        guard view.count >= signature.count else { return .needsMore }
        return first == ProxyHeader.signatureV1[0] ? try decodeV1(view) : try decodeV2(bytes)
    }

    // MARK: Version 1

    private static func decodeV1(_ view: ByteBufferView) throws(ProxyHeaderViolation) -> Result {
        let start = Array(view.prefix(ProxyHeader.maximumBytesV1))
        // A CR or LF alone does not end the line.
        let end = zip(start, start.dropFirst()).enumerated()
            .first { $0.element == (UInt8(ascii: "\r"), UInt8(ascii: "\n")) }?.offset
        guard let end else {
            guard start.count < ProxyHeader.maximumBytesV1 else { throw .tooLong }
            return .needsMore
        }
        let header = try header(ofLine: start[ProxyHeader.signatureV1.count..<end])
        return .header(header, consumed: end + 2)
    }

    /// - Parameter line: what stands between `PROXY ` and CR LF.
    private static func header(ofLine line: ArraySlice<UInt8>) throws(ProxyHeaderViolation) -> ProxyHeader {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard let family = fields.first.map({ String(decoding: $0, as: UTF8.self) }) else { throw .malformed }
        // Whatever follows UNKNOWN is ignored.
        if family == "UNKNOWN" { return ProxyHeader(ends: nil) }
        guard family == "TCP4" || family == "TCP6", fields.count == 5,
            let source = InternetAddress(String(decoding: fields[1], as: UTF8.self)),
            let destination = InternetAddress(String(decoding: fields[2], as: UTF8.self)),
            isV4(source) == (family == "TCP4"), isV4(destination) == (family == "TCP4"),
            let sourcePort = DecimalNumber.parse(fields[3], maximum: 0xffff),
            let destinationPort = DecimalNumber.parse(fields[4], maximum: 0xffff)
        else { throw .malformed }
        return ProxyHeader(
            ends: ProxyHeader.Ends(
                source: .internet(source, port: UInt16(truncatingIfNeeded: sourcePort)),
                destination: .internet(destination, port: UInt16(truncatingIfNeeded: destinationPort))
            )
        )
    }

    private static func isV4(_ address: InternetAddress) -> Bool {
        if case .v4 = address { true } else { false }
    }

    // MARK: Version 2

    private static func decodeV2(_ bytes: ByteBuffer) throws(ProxyHeaderViolation) -> Result {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: ProxyHeader.signatureV2.count)
        guard let versionAndCommand: UInt8 = rest.readInteger() else { return .needsMore }
        guard versionAndCommand >> 4 == 2 else { throw .unsupportedVersion(versionAndCommand >> 4) }
        let command = versionAndCommand & 0x0f
        guard command == ProxyHeader.commandLocal || command == ProxyHeader.commandProxy else { throw .malformed }
        guard let familyAndTransport: UInt8 = rest.readInteger() else { return .needsMore }
        let family = familyAndTransport >> 4
        let transport = familyAndTransport & 0x0f
        // LOCAL ignores the family, whatever it says.
        if command == ProxyHeader.commandProxy {
            guard family <= ProxyHeader.familyUnix, transport <= 2 else { throw .malformed }
        }
        guard let length: UInt16 = rest.readInteger() else { return .needsMore }
        guard length <= ProxyHeader.maximumAdditionBytesV2 else { throw .tooLong }
        let consumed = ProxyHeader.fixedBytesV2 + Int(length)
        guard var content = rest.readSlice(length: Int(length)) else { return .needsMore }
        guard command == ProxyHeader.commandProxy, family != 0, transport == ProxyHeader.transportStream else {
            return .header(ProxyHeader(ends: nil), consumed: consumed)
        }
        // What follows the addresses are additions (TLVs), which are passed over.
        guard let ends = ends(family, from: &content) else { throw .malformed }
        return .header(ProxyHeader(ends: ends), consumed: consumed)
    }

    private static func ends(_ family: UInt8, from bytes: inout ByteBuffer) -> ProxyHeader.Ends? {
        let source: ProxyEndpoint
        let destination: ProxyEndpoint
        switch family {
        case ProxyHeader.familyV4, ProxyHeader.familyV6:
            guard let from = address(family, from: &bytes), let to = address(family, from: &bytes),
                let fromPort: UInt16 = bytes.readInteger(), let toPort: UInt16 = bytes.readInteger()
            else { return nil }
            source = .internet(from, port: fromPort)
            destination = .internet(to, port: toPort)
        default:
            guard let from = path(from: &bytes), let to = path(from: &bytes) else { return nil }
            source = .unix(path: from)
            destination = .unix(path: to)
        }
        return ProxyHeader.Ends(source: source, destination: destination)
    }

    private static func address(_ family: UInt8, from bytes: inout ByteBuffer) -> InternetAddress? {
        if family == ProxyHeader.familyV4 { return bytes.readInteger(as: UInt32.self).map { .v4($0) } }
        return bytes.readBytes(length: 16).flatMap { InternetAddress($0) }
    }

    /// A path ends at its first NUL; in Linux's abstract namespace, where it begins with one, at the NULs that fill it.
    private static func path(from bytes: inout ByteBuffer) -> [UInt8]? {
        guard let field = bytes.readBytes(length: ProxyHeader.pathBytes) else { return nil }
        if field.first != 0 { return Array(field.prefix { $0 != 0 }) }
        let end = field.lastIndex { $0 != 0 }
        return end.map { Array(field[...$0]) } ?? []
    }
}

/// Bytes that are no PROXY header where one is due.
package enum ProxyHeaderViolation: Error, Hashable, Sendable {
    /// The connection begins with something else.
    case noHeader
    /// Version 2's signature with another version behind it.
    case unsupportedVersion(UInt8)
    /// Longer than a header may be.
    case tooLong
    /// A command, family, address or port that the protocol does not have.
    case malformed
}
