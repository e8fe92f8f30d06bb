import ClusterModel
import NIOCore
import Testing

@testable import PeerTransport

@Suite("Frames of a stream")
struct FrameReaderTests {
    private let cipher = Inverting(key: 7)
    private let sender = MemberID(high: 1, low: 2)

    private func reader(maximumBytes: Int = 1000) -> FrameReader {
        FrameReader(maximumBytes: maximumBytes) { [cipher] in try? cipher.open($0, as: .frameLength, on: .none).bytes }
    }

    private func frame(_ payload: [UInt8]) throws -> ByteBuffer {
        let frame = FrameReader.frame(payload) { [cipher, sender] in
            try? cipher.seal($0, by: sender, as: .frameLength, on: .none)
        }
        return try #require(frame)
    }

    @Test("a frame comes out as it went in, byte by byte and at once", arguments: [0, 1, 999, 1000])
    func roundTrip(length: Int) throws {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        var whole = try frame(payload)
        var atOnce = reader()
        #expect(try atOnce.read(&whole) == payload)

        let bytes = Array(try frame(payload).readableBytesView)
        var slow = reader()
        for (index, byte) in bytes.enumerated() {
            var single = ByteBuffer(bytes: [byte])
            let frame = try slow.read(&single)
            #expect(frame == (index + 1 == bytes.count ? payload : nil))
        }
    }

    @Test("a length beyond the limit is refused when it is known, before any of the payload")
    func tooLong() throws {
        let bytes = Array(try frame(Array(repeating: 1, count: 1001)).readableBytesView)
        var header = ByteBuffer(bytes: bytes.prefix(1 + Int(bytes[0])))
        var reader = reader()
        #expect(throws: FrameReader.Failure.tooLong(1001)) { try reader.read(&header) }
    }

    @Test("a length that was not sealed with our key is refused")
    func notAuthentic() throws {
        let sealed = FrameReader.frame([1, 2, 3]) {
            try? Inverting(key: 8).seal($0, by: sender, as: .frameLength, on: .none)
        }
        var bytes = try #require(sealed)
        var reader = reader()
        #expect(throws: FrameReader.Failure.notAuthentic) { try reader.read(&bytes) }
    }

    @Test("a header that no sealing makes is refused by its first byte", arguments: [0, 3, 69, 255] as [UInt8])
    func malformed(count: UInt8) throws {
        var bytes = ByteBuffer(bytes: [count])
        var reader = reader()
        #expect(throws: FrameReader.Failure.malformed) { try reader.read(&bytes) }
    }
}
