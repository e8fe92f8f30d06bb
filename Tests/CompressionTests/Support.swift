import Compression
import NIOCore
import TestServers

/// Bytes that compress to about a third.
func text(_ count: Int, seed: UInt64 = 1) -> ByteBuffer {
    var random = SplitMix(seed: seed)
    let words = ["SELECT ", "cluster", "replica ", "0123456789", "x", "the quick brown fox"]
    var text = ""
    while text.utf8.count < count { text += words[Int(random.next() % 6)] }
    return ByteBuffer(string: text).getSlice(at: 0, length: count) ?? ByteBuffer()
}

/// Bytes that do not compress.
func noise(_ count: Int, seed: UInt64 = 1) -> ByteBuffer {
    var random = SplitMix(seed: seed)
    let words = (0..<(count + 7) / 8).map { _ in random.next() }
    return words.withUnsafeBytes { ByteBuffer(bytes: $0).getSlice(at: 0, length: count) } ?? ByteBuffer()
}

func bytes(_ buffer: ByteBuffer) -> [UInt8] { Array(buffer.readableBytesView) }

func hex(_ digits: String) -> [UInt8] {
    let digits = Array(digits.filter { $0 != " " })
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}

extension CompressedPacketDecoder {
    /// Decodes all of `input`, fed in slices of random length.
    mutating func decodeAll(_ input: ByteBuffer, slices: ClosedRange<Int>, seed: UInt64 = 7) throws -> ByteBuffer {
        var random = SplitMix(seed: seed)
        var input = input
        var output = ByteBuffer()
        while input.readableBytes > 0 {
            let length = min(input.readableBytes, Int.random(in: slices, using: &random))
            if let part = input.readSlice(length: length) { receive(part) }
            while var payload = try next() { output.writeBuffer(&payload) }
        }
        return output
    }
}
