/// The bytes of one connection, both directions in the order in which they came (see `corpus/README.md`).
struct RecordedSession {
    struct Frame {
        var isClient: Bool
        var bytes: [UInt8]
        /// Above 1 for a run of one byte.
        var count = 1

        var length: Int { bytes.count * count }
    }

    static let magic: [UInt8] = Array("PFS1".utf8)
    /// Longer sessions are not unfolded, in bytes.
    static let maximumBytes = 40 * 1024 * 1024

    /// A client may send its commands without waiting for the answers before them.
    var isPipelinable: Bool
    var frames: [Frame]

    /// Nil for bytes that are no recording, and for one that is too long.
    init?(_ file: [UInt8]) {
        guard file.count >= 5, file.starts(with: Self.magic) else { return nil }
        isPipelinable = file[4] & 1 != 0
        frames = []
        var rest = file[5...]
        var total = 0
        while !rest.isEmpty {
            guard rest.count >= 5 else { return nil }
            let kind = rest[rest.startIndex]
            let number = rest.dropFirst().prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(5)
            total += number
            guard total <= Self.maximumBytes else { return nil }
            let isRun = kind & 0x20 != 0
            let length = isRun ? 1 : number
            guard kind & ~0x20 == UInt8(ascii: "C") || kind & ~0x20 == UInt8(ascii: "S"), rest.count >= length else {
                return nil
            }
            frames.append(
                Frame(
                    isClient: kind & ~0x20 == UInt8(ascii: "C"),
                    bytes: Array(rest.prefix(length)),
                    count: isRun ? number : 1
                )
            )
            rest = rest.dropFirst(length)
        }
    }

    var encoded: [UInt8] {
        var file = Self.magic + [isPipelinable ? 1 : 0]
        for frame in frames {
            let isRun = frame.count != 1
            file.append((frame.isClient ? UInt8(ascii: "C") : UInt8(ascii: "S")) | (isRun ? 0x20 : 0))
            let number = isRun ? frame.count : frame.bytes.count
            for shift in [0, 8, 16, 24] { file.append(UInt8(truncatingIfNeeded: number >> shift)) }
            file += frame.bytes
        }
        return file
    }

    var length: Int { frames.reduce(0) { $0 + $1.length } }

    /// All bytes of one direction.
    func stream(ofClient isClient: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames where frame.isClient == isClient {
            if frame.count == 1 {
                bytes += frame.bytes
            } else if let byte = frame.bytes.first {
                bytes += repeatElement(byte, count: frame.count)
            }
        }
        return bytes
    }

    /// The payloads of the packets of one direction, those of 16 MiB in parts.
    func payloads(ofClient isClient: Bool) -> [[UInt8]] {
        let bytes = stream(ofClient: isClient)
        var payloads: [[UInt8]] = []
        var index = 0
        while index + 4 <= bytes.count {
            let length = Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
            guard index + 4 + length <= bytes.count else { break }
            payloads.append(Array(bytes[(index + 4)..<(index + 4 + length)]))
            index += 4 + length
        }
        return payloads
    }
}
