internal import Raft

/// FNV-1a of 64 bits: it differs for any two rows of one length that differ in one byte, and for others but for one in 2⁶⁴.
struct Checksum {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func add(_ number: UInt64) {
        add((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    mutating func add(_ id: EntryID) {
        add(id.term.rawValue)
        add(id.index.rawValue)
    }

    /// As SQLite stores it.
    var stored: Int64 { Int64(bitPattern: value) }
}
