/// The versions of the protocol that a process reads and writes: all from the lowest to the highest.
package struct ProtocolVersions: Hashable, Sendable, CustomStringConvertible {
    package let lowest: UInt8
    package let highest: UInt8

    package init(_ range: ClosedRange<UInt8>) {
        lowest = range.lowerBound
        highest = range.upperBound
    }

    /// Nil if the range is empty.
    init?(lowest: UInt8, highest: UInt8) {
        guard lowest <= highest else { return nil }
        self.init(lowest...highest)
    }

    /// Those that this code has. Raise the upper end with each change of a message, the lower one when an old version
    /// is given up. Version 1 had no version of the packet itself and no ranges in claims; nothing reads it any more.
    package static let supported = ProtocolVersions(2...2)

    func contains(_ version: UInt8) -> Bool { lowest <= version && version <= highest }

    /// The versions that both have; nil for none.
    func common(with other: ProtocolVersions) -> ProtocolVersions? {
        ProtocolVersions(lowest: max(lowest, other.lowest), highest: min(highest, other.highest))
    }

    package var description: String { lowest == highest ? "\(lowest)" : "\(lowest)-\(highest)" }
}

/// How many members have which versions. There are few different ranges in a cluster: two while it is upgraded.
struct VersionCensus: Sendable {
    private var counts: [(versions: ProtocolVersions, members: Int)] = []

    mutating func add(_ versions: ProtocolVersions) {
        if let index = counts.firstIndex(where: { $0.versions == versions }) {
            counts[index].members += 1
        } else {
            counts.append((versions, 1))
        }
    }

    mutating func remove(_ versions: ProtocolVersions) {
        guard let index = counts.firstIndex(where: { $0.versions == versions }) else { return }
        counts[index].members -= 1
        if counts[index].members <= 0 { counts.remove(at: index) }
    }

    /// What all of them and `own` have in common; those that share nothing with the ones before are left out.
    ///
    /// - Parameter except: versions of one member that does not count.
    func common(with own: ProtocolVersions, except: ProtocolVersions? = nil) -> ProtocolVersions {
        counts.reduce(own) { common, entry in
            if entry.members == 1, entry.versions == except { return common }
            return common.common(with: entry.versions) ?? common
        }
    }
}
