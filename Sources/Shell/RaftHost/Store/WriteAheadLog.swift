internal import Glibc

/// Looks into SQLite's write-ahead log before SQLite does, which takes whatever follows a damaged frame for never written.
///
/// A commit is on the disk before the next one begins. So what a crash tears is in the last commit alone, and behind the
/// first frame that is not whole there is at most the rest of one. If there is more, the log is damaged in its middle, and
/// votes and entries that were promised would be gone without a word.
///
/// Source: "WAL-mode File Format", sqlite.org/walformat.html.
enum WriteAheadLog {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    /// - Parameter log: the whole file.
    /// - Returns: false if the log was damaged after it had been written.
    static func isWhole(_ log: [UInt8]) -> Bool {
        guard log.count >= headerBytes else { return true }
        let magic = word(log, 0)
        guard magic & 0xffff_fffe == 0x377f_0682 else { return isEmpty(log) }
        let isBigEndian = magic & 1 == 1
        var sum = (first: UInt32(0), second: UInt32(0))
        add(log, 0..<24, isBigEndian, to: &sum)
        guard sum == (word(log, 24), word(log, 28)) else { return isEmpty(log) }
        let pageSize = Int(word(log, 8))
        guard pageSize >= 512, pageSize <= 65_536 else { return isEmpty(log) }
        let salts = (word(log, 16), word(log, 20))
        let frameBytes = frameHeaderBytes + pageSize

        var start = headerBytes
        while start + frameBytes <= log.count {
            var next = sum
            add(log, start..<start + 8, isBigEndian, to: &next)
            add(log, start + frameHeaderBytes..<start + frameBytes, isBigEndian, to: &next)
            guard (word(log, start + 8), word(log, start + 12)) == salts,
                next == (word(log, start + 16), word(log, start + 20))
            else { break }
            sum = next
            start += frameBytes
        }
        // Frames of this log behind the end: those of one commit at most may be there, the last of them ending it.
        var isEnded = false
        while start + frameBytes <= log.count {
            if (word(log, start + 8), word(log, start + 12)) == salts {
                guard !isEnded else { return false }
                isEnded = word(log, start + 4) != 0
            }
            start += frameBytes
        }
        return true
    }

    /// A log without a header that can be read is none, unless something stands behind it.
    private static func isEmpty(_ log: [UInt8]) -> Bool {
        !log.dropFirst(headerBytes + frameHeaderBytes).contains { $0 != 0 }
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func add(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ isBigEndian: Bool,
        to sum: inout (first: UInt32, second: UInt32)
    ) {
        for place in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            let (one, two) = (word(bytes, place), word(bytes, place + 4))
            sum.first = sum.first &+ (isBigEndian ? one : one.byteSwapped) &+ sum.second
            sum.second = sum.second &+ (isBigEndian ? two : two.byteSwapped) &+ sum.first
        }
    }
}
