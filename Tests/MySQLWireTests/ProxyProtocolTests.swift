import ClusterModel
import NIOCore
import Testing
import WirePackets

@testable import MySQLWire

@Suite("PROXY protocol")
struct ProxyProtocolTests {
    private static func decode(_ bytes: [UInt8]) throws -> ProxyHeaderDecoder.Result {
        try ProxyHeaderDecoder.decode(ByteBuffer(bytes: bytes))
    }

    private static func decode(_ line: String) throws -> ProxyHeaderDecoder.Result { try decode(Array(line.utf8)) }

    private static func end(_ host: String, _ port: UInt16) throws -> ProxyEndpoint {
        try #require(ProxyEndpoint(host: host, port: port))
    }

    private static func v2(_ versionAndCommand: UInt8, _ family: UInt8, _ content: [UInt8]) -> [UInt8] {
        ProxyHeader.signatureV2 + [versionAndCommand, family, UInt8(content.count >> 8), UInt8(content.count & 0xff)]
            + content
    }

    // MARK: Version 1

    @Test("the specification's example of version 1 names both ends, and the client's bytes follow it")
    func exampleOfVersion1() throws {
        let line = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"
        let header = ProxyHeader(
            ends: .init(source: try Self.end("192.168.0.1", 56324), destination: try Self.end("192.168.0.11", 443))
        )
        let result = try Self.decode(line + "GET / HTTP/1.1\r\n")
        #expect(result == .header(header, consumed: line.utf8.count))
        #expect(header.encodedV1 == Array(line.utf8))
    }

    @Test("the longest lines of each family are read")
    func longestLines() throws {
        let v6 = Array(repeating: "ffff", count: 8).joined(separator: ":")
        let lines = [
            ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", 56),
            ("PROXY TCP6 \(v6) \(v6) 65535 65535\r\n", 104),
            ("PROXY UNKNOWN\r\n", 15),
            ("PROXY UNKNOWN \(v6) \(v6) 65535 65535\r\n", 107),
        ]
        for (line, length) in lines {
            guard case .header(let header, let consumed) = try Self.decode(line) else {
                Issue.record("\(line) is not read")
                continue
            }
            #expect(consumed == length)
            #expect((header.ends == nil) == line.contains("UNKNOWN"))
        }
    }

    @Test(
        "a line that does not follow version 1 exactly is refused",
        arguments: [
            "PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 \r\n",
            "PROXY  TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "PROXY TCP4 192.168.0.01 192.168.0.11 1 2\r\n",
            "PROXY TCP4 192.168.0.256 192.168.0.11 1 2\r\n", "PROXY TCP4 192.168.0 192.168.0.11 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4  2\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP6 ::1 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n\r\n", "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY \r\n",
            "PROXY UNKNOWNX\r\n", "PROXY unknown\r\n", "PROXY TCP4 localhost localhost 1 2\r\n",
        ]
    )
    func malformedLine(line: String) {
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(line) }
    }

    @Test("a line without CR LF in its first 107 bytes is refused")
    func endlessLine() throws {
        let start = "PROXY UNKNOWN "
        let filling = String(repeating: "x", count: 107 - start.utf8.count)
        #expect(try Self.decode(start + filling.dropLast()) == .needsMore)
        #expect(throws: ProxyHeaderViolation.tooLong) { try Self.decode(start + filling) }
        #expect(throws: ProxyHeaderViolation.tooLong) { try Self.decode(start + filling + "\r\n") }
        #expect(throws: ProxyHeaderViolation.tooLong) { try Self.decode(start + filling.dropLast() + "\r\n") }
    }

    @Test("a CR or LF alone does not end a line")
    func loneLineEnds() throws {
        #expect(try Self.decode("PROXY UNKNOWN\n") == .needsMore)
        #expect(try Self.decode("PROXY UNKNOWN \r \n\r\nx") == .header(ProxyHeader(ends: nil), consumed: 19))
    }

    // MARK: Version 2

    @Test("version 2 over IPv4 is read, additions and what follows are not")
    func version2OverIPv4() throws {
        let header = ProxyHeader(
            ends: .init(source: try Self.end("192.0.2.1", 56324), destination: try Self.end("198.51.100.7", 3306))
        )
        let addresses: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0x0c, 0xea]
        #expect(try Self.decode(Self.v2(0x21, 0x11, addresses)) == .header(header, consumed: 28))
        #expect(header.encodedV2 == Self.v2(0x21, 0x11, addresses))
        // PP2_TYPE_NOOP with three bytes, then one that is cut.
        let additions: [UInt8] = [4, 0, 3, 1, 2, 3, 1, 0xff, 0xff]
        let bytes = Self.v2(0x21, 0x11, addresses + additions)
        #expect(try Self.decode(bytes + [1, 2, 3]) == .header(header, consumed: bytes.count))
    }

    @Test("version 2 over IPv6 and unix sockets is read")
    func version2OverOthers() throws {
        let header = ProxyHeader(
            ends: .init(source: try Self.end("2001:db8::1", 1), destination: try Self.end("2001:db8::2", 65535))
        )
        let first: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1]
        let second: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [2]
        let bytes = Self.v2(0x21, 0x21, first + second + [0, 1, 0xff, 0xff])
        #expect(try Self.decode(bytes) == .header(header, consumed: 52))

        let path = Array("/run/mysqld.sock".utf8)
        let abstract: [UInt8] = [0] + Array("proxy".utf8)
        let fields = [path, abstract].map { $0 + Array(repeating: 0, count: 108 - $0.count) }
        let unix = ProxyHeader(ends: .init(source: .unix(path: path), destination: .unix(path: abstract)))
        #expect(try Self.decode(Self.v2(0x21, 0x31, fields[0] + fields[1])) == .header(unix, consumed: 232))
        #expect(unix.ends?.source.description == "unix:/run/mysqld.sock")
        #expect(unix.ends?.destination.description == "unix:@proxy")
    }

    @Test("LOCAL and what is not a stream keep the connection's own peer, whatever addresses say")
    func realPeer() throws {
        let nobody = ProxyHeader(ends: nil)
        let addresses = Array(repeating: 9 as UInt8, count: 12)
        let cases: [(UInt8, UInt8, [UInt8])] = [
            (0x20, 0x00, []), (0x20, 0x11, addresses), (0x20, 0xff, addresses), (0x20, 0x11, [1]),
            (0x21, 0x00, []), (0x21, 0x00, addresses), (0x21, 0x01, addresses), (0x21, 0x10, addresses),
            (0x21, 0x12, addresses), (0x21, 0x22, []),
        ]
        for (command, family, content) in cases {
            let result = try Self.decode(Self.v2(command, family, content) + [7])
            #expect(result == .header(nobody, consumed: 16 + content.count))
        }
    }

    @Test("version 2 with an unknown version, command, family or cut addresses is refused")
    func malformedVersion2() {
        let addresses = Array(repeating: 9 as UInt8, count: 12)
        #expect(throws: ProxyHeaderViolation.unsupportedVersion(1)) { try Self.decode(Self.v2(0x11, 0x11, addresses)) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x22, 0x11, addresses)) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x21, 0x41, addresses)) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x21, 0x13, addresses)) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x21, 0x11, addresses.dropLast())) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x21, 0x21, addresses)) }
        #expect(throws: ProxyHeaderViolation.malformed) { try Self.decode(Self.v2(0x21, 0x31, addresses)) }
    }

    @Test("version 2 of more than 16 + 2048 bytes is refused before the bytes have come")
    func longVersion2() throws {
        let most = Self.v2(0x21, 0x11, Array(repeating: 0, count: 2048))
        guard case .header(_, let consumed) = try Self.decode(most) else {
            Issue.record("a header of \(most.count) bytes is not read")
            return
        }
        #expect(consumed == ProxyHeader.maximumBytes)
        let more = Self.v2(0x21, 0x11, Array(repeating: 0, count: 2049))
        #expect(throws: ProxyHeaderViolation.tooLong) { try Self.decode(Array(more.prefix(16))) }
    }

    // MARK: Both

    @Test("what is no header is refused with its first wrong byte")
    func noHeader() throws {
        #expect(try Self.decode([]) == .needsMore)
        #expect(throws: ProxyHeaderViolation.noHeader) { try Self.decode("GET") }
        #expect(throws: ProxyHeaderViolation.noHeader) { try Self.decode("PROXI") }
        #expect(throws: ProxyHeaderViolation.noHeader) { try Self.decode([0x0d, 0x0a, 0x0d, 0x0b]) }
        // A greeting's answer without any header before it.
        #expect(throws: ProxyHeaderViolation.noHeader) { try Self.decode([0x20, 0, 0, 1, 0x85]) }
    }

    @Test("every header can be cut anywhere, and comes back as it was written", arguments: 0..<60 as Range<UInt64>)
    func cutAndRoundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let header = Self.randomHeader(&random)
        for (encoded, expected) in [
            (header.encodedV1, Self.asVersion1(header)), (header.encodedV2, Self.asVersion2(header)),
        ] {
            for cut in 0..<encoded.count {
                #expect(try Self.decode(Array(encoded.prefix(cut))) == .needsMore)
            }
            #expect(try Self.decode(encoded) == .header(expected, consumed: encoded.count))
            #expect(try Self.decode(encoded + [0xff, 0x0a]) == .header(expected, consumed: encoded.count))
        }
    }

    @Test("no bytes trap, and none are taken beyond those there are", arguments: 0..<20 as Range<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let header = Self.randomHeader(&random)
            var bytes = Bool.random(using: &random) ? header.encodedV1 : header.encodedV2
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            if case .header(let header, let consumed) = try? Self.decode(bytes) {
                #expect(consumed <= bytes.count)
                #expect(header.ends.map { !$0.source.description.isEmpty } ?? true)
            }
        }
    }

    private static func randomHeader(_ random: inout SeededGenerator) -> ProxyHeader {
        func end(_ kind: Int) -> ProxyEndpoint {
            let port = UInt16.random(in: .min ... .max, using: &random)
            switch kind {
            case 0: return .internet(.v4(.random(in: .min ... .max, using: &random)), port: port)
            case 1:
                // Zero groups are what makes the text form hard.
                var bits: UInt128 = 0
                for shift in stride(from: 0, to: 128, by: 16) where Bool.random(using: &random) {
                    bits |= UInt128(UInt16.random(in: .min ... .max, using: &random)) << shift
                }
                return .internet(.v6(bits), port: port)
            default:
                let length = Int.random(in: 0...108, using: &random)
                return .unix(path: (0..<length).map { _ in UInt8.random(in: 1...255, using: &random) })
            }
        }
        let kind = Int.random(in: 0...4, using: &random)
        if kind == 4 { return ProxyHeader(ends: nil) }
        let other = kind == 3 ? 0 : kind
        return ProxyHeader(ends: .init(source: end(kind == 3 ? 1 : kind), destination: end(other)))
    }

    private static func mapped(_ end: ProxyEndpoint) -> ProxyEndpoint {
        guard case .internet(let address, let port) = end else { return end }
        return .internet(.v6(address.v6Bits), port: port)
    }

    private static func asVersion1(_ header: ProxyHeader) -> ProxyHeader {
        if case .unix = header.ends?.source { return ProxyHeader(ends: nil) }
        return asVersion2(header)
    }

    private static func asVersion2(_ header: ProxyHeader) -> ProxyHeader {
        guard let ends = header.ends else { return header }
        if case .internet(.v4, _) = ends.source, case .internet(.v4, _) = ends.destination { return header }
        return ProxyHeader(ends: .init(source: mapped(ends.source), destination: mapped(ends.destination)))
    }
}
