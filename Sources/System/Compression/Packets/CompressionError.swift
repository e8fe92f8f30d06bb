/// Why a compressed packet cannot be read or made. No case carries payload.
package enum CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    case outOfOrder(expected: UInt8, got: UInt8)
    /// The bytes are not what the algorithm writes. The reason is the library's.
    case corrupt(reason: String)
    /// The header promises another length than the packet has, in bytes; `actual` is nil where it is only known to be
    /// another.
    case lengthMismatch(declared: Int, actual: Int?)
    /// More than this side takes in one packet, in bytes.
    case tooLong(declared: Int, limit: Int)
    /// The library refused, for example for want of memory.
    case libraryFailure(reason: String)

    /// The error number that mysqld answers it with.
    package var errno: UInt16 {
        switch self {
        // ER_NET_PACKETS_OUT_OF_ORDER
        case .outOfOrder: 1156
        // ER_NET_UNCOMPRESS_ERROR
        case .corrupt, .lengthMismatch, .libraryFailure: 1157
        // ER_NET_PACKET_TOO_LARGE
        case .tooLong: 1153
        }
    }

    package var description: String {
        switch self {
        case .outOfOrder(let expected, let got): "compressed packet \(got) came in place of \(expected)"
        case .corrupt(let reason): "a compressed packet cannot be decompressed: \(reason)"
        case .lengthMismatch(let declared, let actual):
            "a compressed packet does not hold the \(declared) bytes of its header"
                + (actual.map { ", but \($0)" } ?? "")
        case .tooLong(let declared, let limit): "a compressed packet of \(declared) bytes, where \(limit) are taken"
        case .libraryFailure(let reason): "compression failed: \(reason)"
        }
    }
}
