import Compression
import NIOCore
import TestServers
import Testing

@Suite("Compressed packets")
struct CompressedPacketTests {
    private let workspace = CompressionWorkspace()

    private func decoder(
        _ algorithm: CompressionAlgorithm = .zlib,
        role: CompressionRole = .server,
        maximumByteCount: Int = 0xff_ffff
    ) -> CompressedPacketDecoder {
        CompressedPacketDecoder(
            role: role,
            algorithm: algorithm,
            workspace: workspace,
            maximumByteCount: maximumByteCount
        )
    }

    private func encoder(_ algorithm: CompressionAlgorithm = .zlib) -> CompressedPacketEncoder {
        CompressedPacketEncoder(algorithm: algorithm, workspace: workspace)
    }

    private func encoded(_ payload: ByteBuffer, _ algorithm: CompressionAlgorithm = .zlib) throws -> ByteBuffer {
        var encoder = encoder(algorithm)
        var output = ByteBuffer()
        try encoder.encode(payload, into: &output)
        return output
    }

    @Test("the example of MySQL's protocol page is decoded")
    func example() throws {
        var decoder = decoder()
        decoder.receive(
            ByteBuffer(
                bytes: hex(
                    """
                    22 00 00 00 32 00 00 78 9c d3 63 60 60 60 2e 4e cd 49 4d 2e 51 50 32 30 34 32 36 31 35 33 b7 b0 \
                    c4 cd 52 02 00 0c d1 0a 6c
                    """
                )
            )
        )
        var expected = ByteBuffer(bytes: [0x2e, 0, 0, 0, 3])
        expected.writeString("select \"012345678901234567890123456789012345\"")
        #expect(try decoder.next() == expected)
        #expect(try decoder.next() == nil)
        #expect(!decoder.isInPacket)
    }

    @Test("payloads under 50 bytes are stored as they are, with 0 for the length before")
    func stored() throws {
        #expect(try bytes(encoded(text(49))) == [49, 0, 0, 0, 0, 0, 0] + bytes(text(49)))
        let compressed = try encoded(ByteBuffer(repeating: 65, count: 50))
        #expect(compressed.readableBytes < 50)
        #expect(compressed.getBytes(at: 4, length: 3) == [50, 0, 0])
        #expect(try encoded(ByteBuffer()).readableBytes == 0)
    }

    @Test("what compression makes no shorter is stored", arguments: [CompressionAlgorithm.zlib, .zstd])
    func incompressible(algorithm: CompressionAlgorithm) throws {
        let packet = try encoded(noise(1_000), algorithm)
        #expect(packet.readableBytes == 1_007)
        #expect(packet.getBytes(at: 0, length: 7) == [0xe8, 3, 0, 0, 0, 0, 0])
    }

    @Test(
        "what is encoded is decoded, however it is sliced",
        arguments: [CompressionAlgorithm.zlib, .zstd],
        [1, 9, 5_000]
    )
    func roundTrip(algorithm: CompressionAlgorithm, longestSlice: Int) throws {
        var encoder = encoder(algorithm)
        var packets = ByteBuffer()
        var expected = ByteBuffer()
        for (index, count) in [0, 1, 49, 50, 51, 1_000, 20_000, 65_536].enumerated() {
            for payload in [text(count, seed: UInt64(index)), noise(count, seed: UInt64(index))] {
                try encoder.encode(payload, into: &packets)
                expected.writeImmutableBuffer(payload)
            }
        }
        var decoder = decoder(algorithm)
        #expect(try decoder.decodeAll(packets, slices: 1...longestSlice) == expected)
        #expect(!decoder.isInPacket)
    }

    @Test(
        "every level makes packets that are decoded",
        arguments: [-5, 0, 1, 5, 9, 19, 22, 99].flatMap { [CompressionAlgorithm.zlib(level: $0), .zstd(level: $0)] }
    )
    func levels(algorithm: CompressionAlgorithm) throws {
        var decoder = decoder(algorithm)
        let packet = try encoded(text(10_000), algorithm)
        #expect(packet.readableBytes < 5_000)
        #expect(try decoder.decodeAll(packet, slices: 100...100) == text(10_000))
    }

    @Test("a payload of 16 MiB is split in two packets with numbers that follow each other")
    func split() throws {
        let payload = ByteBuffer(repeating: 7, count: 1 << 24)
        let packets = try encoded(payload)
        #expect(packets.getBytes(at: 3, length: 4) == [0, 0xff, 0xff, 0xff])
        // The last byte is stored.
        #expect(packets.getBytes(at: packets.readableBytes - 8, length: 8) == [1, 0, 0, 1, 0, 0, 0, 7])
        var decoder = decoder()
        #expect(try decoder.decodeAll(packets, slices: 1_000...5_000) == payload)
    }

    @Test("numbers wrap after 255")
    func wrap() throws {
        var encoder = encoder()
        encoder.nextSequence = 255
        var packets = ByteBuffer()
        try encoder.encode(text(10), into: &packets)
        try encoder.encode(text(10), into: &packets)
        #expect(packets.getInteger(at: 3, as: UInt8.self) == 255)
        #expect(packets.getInteger(at: 20, as: UInt8.self) == 0)
        #expect(encoder.nextSequence == 1)
    }

    private func packet(_ content: [UInt8], sequence: UInt8 = 0, before: Int = 0) -> ByteBuffer {
        let count = content.count
        let header = [count & 0xff, count >> 8 & 0xff, count >> 16, Int(sequence)]
        let length = [before & 0xff, before >> 8 & 0xff, before >> 16]
        return ByteBuffer(bytes: (header + length).map { UInt8(truncatingIfNeeded: $0) } + content)
    }

    private func error(
        _ packets: ByteBuffer...,
        algorithm: CompressionAlgorithm = .zlib,
        role: CompressionRole = .server,
        maximumByteCount: Int = 0xff_ffff
    ) -> CompressionError? {
        var decoder = decoder(algorithm, role: role, maximumByteCount: maximumByteCount)
        do {
            for packet in packets {
                decoder.receive(packet)
                while try decoder.next() != nil {}
            }
            return nil
        } catch {
            return error
        }
    }

    @Test("a number that does not follow is an error; at the server 0 begins another command")
    func order() {
        #expect(error(packet([1]), packet([1], sequence: 1), packet([1], sequence: 2)) == nil)
        #expect(error(packet([1]), packet([1], sequence: 2)) == .outOfOrder(expected: 1, got: 2))
        #expect(error(packet([1], sequence: 1)) == .outOfOrder(expected: 0, got: 1))
        #expect(error(packet([1]), packet([1])) == nil)
        #expect(error(packet([1]), packet([1]), role: .client) == .outOfOrder(expected: 1, got: 0))
        #expect(CompressionError.outOfOrder(expected: 1, got: 0).errno == 1156)
    }

    @Test("a wrong number is an error before the packet's content is there")
    func early() {
        var decoder = decoder()
        decoder.receive(ByteBuffer(bytes: [0xff, 0xff, 0xff, 9, 0, 0, 0]))
        #expect(throws: CompressionError.outOfOrder(expected: 0, got: 9)) { try decoder.next() }
        // Nothing more is taken.
        decoder.receive(packet([1]))
        #expect(throws: Never.self) { try decoder.next() }
        #expect(!decoder.hasCompletePacket)
    }

    @Test("lengths that are not those of the content are errors", arguments: [CompressionAlgorithm.zlib, .zstd])
    func lengths(algorithm: CompressionAlgorithm) throws {
        let content = Array(bytes(try encoded(text(1_000), algorithm)).dropFirst(7))
        #expect(error(packet(content, before: 1_000), algorithm: algorithm) == nil)
        for before in [1, 999, 1_001, 0xff_ffff] {
            guard case .lengthMismatch(before, _)? = error(packet(content, before: before), algorithm: algorithm) else {
                Issue.record("\(before) bytes were taken for 1000")
                continue
            }
        }
        #expect(error(packet([], before: 5), algorithm: algorithm) == .lengthMismatch(declared: 5, actual: 0))
        #expect(error(packet(content + [0], before: 1_000), algorithm: algorithm) != nil)
        #expect(error(packet(content.dropLast(), before: 1_000), algorithm: algorithm) != nil)
    }

    @Test("a promise that cannot be kept takes no memory")
    func bomb() throws {
        #expect(
            error(packet([0x78, 0x9c, 1], before: 0xff_ffff)) == .lengthMismatch(declared: 0xff_ffff, actual: nil)
        )
        let small = bytes(try encoded(ByteBuffer(repeating: 0, count: 100_000)))
        #expect(
            error(packet(Array(small.dropFirst(7)), before: 100_000), maximumByteCount: 50_000)
                == .tooLong(declared: 100_000, limit: 50_000)
        )
    }

    @Test("an empty packet holds nothing and is no error")
    func empty() throws {
        var decoder = decoder()
        decoder.receive(packet([]))
        decoder.receive(packet([5], sequence: 1))
        #expect(try decoder.next() == ByteBuffer(bytes: [5]))
    }

    @Test(
        "random and damaged packets are errors or payloads, never more",
        arguments: [CompressionAlgorithm.zlib, .zstd]
    )
    func damaged(algorithm: CompressionAlgorithm) throws {
        var random = SplitMix(seed: 42)
        let good = bytes(try encoded(text(3_000), algorithm))
        var errors = 0
        for _ in 0..<2_000 {
            var packet = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                packet[Int.random(in: 0..<packet.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var decoder = decoder(algorithm)
            do {
                _ = try decoder.decodeAll(ByteBuffer(bytes: packet), slices: 1...1_000)
            } catch {
                errors += 1
            }
        }
        #expect(errors > 1_500)
    }
}
