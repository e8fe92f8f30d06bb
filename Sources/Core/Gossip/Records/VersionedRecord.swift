package import ClusterModel

/// Orders the versions of one member's record: the version that its owner gave it, then the boot id, so that two
/// records of one version from two lives of the owner are not taken for the same.
package struct RecordStamp: Hashable, Comparable, Sendable {
    package var version: RecordVersion
    package var bootID: BootID

    package init(version: RecordVersion, bootID: BootID) {
        self.version = version
        self.bootID = bootID
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.version, left.bootID) < (right.version, right.bootID)
    }

    /// Whether a record with this stamp takes the place of the one that is held: a newer one, of others only if it can have
    /// been changed so often; if the one that is held cannot be true, the owner's.
    ///
    /// - Parameter isInPerson: whether the owner itself says so.
    func holds(over held: Self?, isInPerson: Bool) -> Bool {
        guard let held else { return true }
        if isInPerson { return held < self || !held.version.isCredible(after: version) }
        return held < self && version.isCredible(after: held.version)
    }
}

/// What a member says of itself: bytes whose meaning gossip does not know, versioned by their owner alone.
package struct VersionedRecord: Hashable, Sendable {
    /// The longest record that is sent or accepted.
    package static let maximumBytes = 64 * 1024

    package var stamp: RecordStamp
    package var bytes: [UInt8]

    package init(stamp: RecordStamp, bytes: [UInt8]) {
        self.stamp = stamp
        self.bytes = bytes
    }

    /// The newer of two: the greater stamp; for equal stamps with different bytes, which an honest owner never makes,
    /// the greater bytes. So merging is commutative, associative and idempotent whatever is sent.
    package static func merge(_ one: Self, _ other: Self) -> Self {
        if one.stamp != other.stamp { return one.stamp < other.stamp ? other : one }
        return one.bytes.lexicographicallyPrecedes(other.bytes) ? other : one
    }
}

/// How soon news must be known.
package enum Urgency: UInt8, Sendable {
    /// It rides on packets that are sent anyway: load and lag.
    case routine = 0
    /// Packets are sent for it: what others act on.
    case urgent = 1
}
