/// Why a peer's store cannot be used, or not any more. The peer then takes no part; the proxy goes on.
package enum StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case full
    case readOnly
    /// Another process has it.
    case inUse
    /// Something in it is not what was written. A peer that goes on with less than it has promised could elect a second
    /// leader: so nothing in it is believed.
    case corrupt(String)
    /// It was copied from another node, or the node has another name now.
    case otherMember
    /// A later version wrote it.
    case newerFormat(Int64)
    case other(String)

    package var description: String {
        switch self {
        case .full: "the disk is full"
        case .readOnly: "the store cannot be written"
        case .inUse: "another process uses the store"
        case .corrupt(let what): "the store is damaged (\(what)); remove its folder to join again as a new voter"
        case .otherMember: "the store is another node's; remove its folder to join as a new voter"
        case .newerFormat(let version): "the store has format \(version), which this version cannot read"
        case .other(let words): words
        }
    }
}
