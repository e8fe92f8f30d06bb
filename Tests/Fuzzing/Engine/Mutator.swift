/// Changes bytes as broken and hostile peers would.
struct Mutator {
    /// Numbers at the edges of what lengths and counts can say.
    static let interesting: [UInt64] = [
        0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 129, 250, 251, 252, 253, 254, 255, 256, 257,
        0x3ff, 0x400, 0x7ff, 0x800, 0x801, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x1_0000, 0x7f_ffff, 0x80_0000, 0xff_fffe,
        0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
    ]

    /// No mutation makes an input longer than this, in bytes.
    var maximumBytes = 64 * 1024

    /// A few changes at random; now and then none.
    func mutate(_ bytes: inout [UInt8], others: [[UInt8]], using random: inout FuzzRandom) {
        if random.once(in: 16) { return }
        for _ in 0...random.below(4) { mutateOnce(&bytes, others: others, using: &random) }
        if bytes.count > maximumBytes { bytes.removeLast(bytes.count - maximumBytes) }
    }

    private func mutateOnce(_ bytes: inout [UInt8], others: [[UInt8]], using random: inout FuzzRandom) {
        guard !bytes.isEmpty else {
            bytes = random.bytes(random.below(64))
            return
        }
        let at = random.below(bytes.count)
        switch random.below(10) {
        case 0, 1: bytes[at] ^= 1 << UInt8(random.below(8))
        case 2: bytes[at] = random.byte()
        case 3, 4: overwriteInteger(&bytes, at: at, using: &random)
        case 5: bytes.removeLast(bytes.count - at)
        case 6: bytes.removeSubrange(at..<(at + 1 + random.below(min(32, bytes.count - at))))
        case 7: bytes.insert(contentsOf: random.bytes(1 + random.below(16)), at: at)
        case 8:
            guard !others.isEmpty else { return }
            let other = others[random.below(others.count)]
            guard !other.isEmpty else { return }
            let from = random.below(other.count)
            let part = other[from..<min(other.count, from + 1 + random.below(256))]
            if random.once(in: 2) {
                bytes.insert(contentsOf: part, at: at)
            } else {
                bytes.replaceSubrange(at..., with: part)
            }
        default:
            let end = min(bytes.count, at + 1 + random.below(64))
            bytes.insert(contentsOf: Array(bytes[at..<end]), at: random.below(bytes.count))
        }
    }

    /// One to eight bytes, in either order.
    private func overwriteInteger(_ bytes: inout [UInt8], at start: Int, using random: inout FuzzRandom) {
        let number = Self.interesting[random.below(Self.interesting.count)]
        let width = [1, 2, 3, 4, 8][random.below(5)]
        let isBigEndian = random.once(in: 2)
        for offset in 0..<width where start + offset < bytes.count {
            let shift = UInt64(8 * (isBigEndian ? width - 1 - offset : offset))
            bytes[start + offset] = UInt8(truncatingIfNeeded: number >> shift)
        }
    }
}
