internal import MySQLWire
internal import NIOCore

/// PROXY headers: what a beginning is taken for is never taken back when more comes.
struct ProxyHeaderTarget: FuzzTarget {
    private let samples: [[UInt8]]
    private let mutator = Mutator(maximumBytes: 4096)

    init() {
        let pairs = [
            ("192.0.2.1", "198.51.100.7"), ("2001:db8::1", "::"), ("::ffff:192.0.2.1", "fe80::1"),
            ("255.255.255.255", "0.0.0.0"), ("192.0.2.1", "2001:db8:0:1::"),
        ]
        var headers = [ProxyHeader(ends: nil)]
        for (source, destination) in pairs {
            guard let from = ProxyEndpoint(host: source, port: 65535),
                let to = ProxyEndpoint(host: destination, port: 0)
            else { continue }
            headers.append(ProxyHeader(ends: .init(source: from, destination: to)))
        }
        let path = Array("/run/mysqld/mysqld.sock".utf8)
        headers.append(ProxyHeader(ends: .init(source: .unix(path: path), destination: .unix(path: [0] + path))))
        // With additions: a no-op of two bytes and a CRC32C.
        let additions: [UInt8] = [4, 0, 2, 0, 0, 3, 0, 4, 1, 2, 3, 4]
        samples =
            headers.flatMap { [$0.encodedV1, $0.encodedV2] }
            + headers.map { header in
                var bytes = header.encodedV2 + additions
                bytes[15] += UInt8(additions.count)
                return bytes
            } + [Array("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".utf8)]
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var bytes = samples[random.below(samples.count)]
        mutator.mutate(&bytes, others: samples, using: &random)
        return FuzzInput.encode(bytes, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let bytes = FuzzInput(input).payload
        let whole = Self.decode(bytes)
        var cuts = Array(0...min(bytes.count, 300))
        if bytes.count > 300 { cuts += [bytes.count / 2, bytes.count - 1] }
        for cut in cuts {
            switch Self.decode(Array(bytes.prefix(cut))) {
            case .success(.needsMore):
                try require(cut <= ProxyHeader.maximumBytes, "\(cut) bytes are not enough")
            case .success(.header(let header, let consumed)):
                try require(consumed <= cut, "\(consumed) bytes consumed of \(cut)")
                try require(
                    whole == .success(.header(header, consumed: consumed)),
                    "a longer beginning reads otherwise"
                )
            case .failure(let violation):
                try require(whole == .failure(violation), "a refused beginning is accepted with more behind it")
            }
        }
        guard case .success(.header(let header, _)) = whole else { return }
        try checkRoundTrip(header)
    }

    private func checkRoundTrip(_ header: ProxyHeader) throws(FuzzFailure) {
        for bytes in [header.encodedV1, header.encodedV2] {
            guard case .success(.header(let again, let consumed)) = Self.decode(bytes), consumed == bytes.count else {
                throw FuzzFailure("a header cannot be read once it is written")
            }
            if again.ends == nil { continue }
            try require(
                again.ends?.source.description == header.ends?.source.description
                    && again.ends?.destination.description == header.ends?.destination.description,
                "\(header) became \(again)"
            )
        }
    }

    private static func decode(_ bytes: [UInt8]) -> Result<ProxyHeaderDecoder.Result, ProxyHeaderViolation> {
        do throws(ProxyHeaderViolation) {
            return .success(try ProxyHeaderDecoder.decode(ByteBuffer(bytes: bytes)))
        } catch {
            return .failure(error)
        }
    }
}
