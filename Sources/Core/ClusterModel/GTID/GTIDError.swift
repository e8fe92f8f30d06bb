/// Why a text is no set of GTIDs.
package enum GTIDError: Error, Hashable, CustomStringConvertible {
    /// Longer than `GTIDSet.maximumTextBytes`.
    case tooLong(bytes: Int)
    /// - Parameters:
    ///   - offset: in bytes from the beginning of the text.
    ///   - expected: what should stand there.
    case malformed(offset: Int, expected: String)
    /// MariaDB: a position has one GTID of each domain. What has several is a `gtid_binlog_state`.
    case repeatedDomain(UInt32)

    package var description: String {
        switch self {
        case .tooLong(let bytes): "a GTID set of \(bytes) bytes: at most \(GTIDSet.maximumTextBytes) are read"
        case .malformed(let offset, let expected): "not a GTID set: byte \(offset + 1) should begin \(expected)"
        case .repeatedDomain(let domain): "not a GTID position: domain \(domain) is in it more than once"
        }
    }
}
