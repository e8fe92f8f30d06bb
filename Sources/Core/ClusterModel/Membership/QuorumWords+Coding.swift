extension QuorumWords {
    private static let version: UInt8 = 1

    private enum Kind: UInt8 {
        case fresh = 1
        case belongs, removed, failed
    }

    var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.byte(Self.version)
        writer.peer(peer)
        switch stage {
        case .fresh: writer.byte(Kind.fresh.rawValue)
        case .belongs(let quorum):
            writer.byte(Kind.belongs.rawValue)
            writer.quorum(quorum)
        case .removed(let quorum):
            writer.byte(Kind.removed.rawValue)
            writer.quorum(quorum)
        case .failed: writer.byte(Kind.failed.rawValue)
        }
        writer.count(voters)
        writer.flag(campaigns)
        writer.flag(isFenced)
        writer.optional(primary) { $0.primary($1) }
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one.
    init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownVersion(version) }
        peer = try reader.peer()
        switch try reader.choice(Kind.self) {
        case .fresh: stage = .fresh
        case .belongs: stage = .belongs(try reader.quorum())
        case .removed: stage = .removed(try reader.quorum())
        case .failed: stage = .failed
        }
        voters = try reader.count(atMost: 1_000)
        campaigns = try reader.flag()
        isFenced = try reader.flag()
        primary = try reader.optional { (reader) throws(DecodingFailure) in try reader.primary() }
        try reader.end()
    }
}
