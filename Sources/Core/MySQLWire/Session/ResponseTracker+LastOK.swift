// The search for the OK packet that ends an answer: done only while something is to be added to it.
extension ResponseTracker {
    struct Search: Equatable {
        var outcome: Outcome
        /// So many of the first bytes were followed. The rest may be the beginning of the packet that is looked for: it
        /// is to be shown again, with what comes behind it.
        var consumed: Int
        /// Where in them that packet is, with its header; it is then the last one in them.
        var ok: Range<Int>?
    }

    /// Follows bytes as `consume` does, but stops behind an OK packet that ends a whole answer and that every client
    /// takes for one: to a command without rows, behind the last of several results, or at the end of rows where EOF
    /// packets are deprecated. Never amid several results, in what COM_STMT_PREPARE, COM_FIELD_LIST or COM_STMT_FETCH
    /// answer, or where a cursor is opened.
    ///
    /// - Parameter limit: packets longer than this are not looked for, in bytes; bounds what has to be kept.
    mutating func consumeUpToOK(_ bytes: Span<UInt8>, limit: Int) throws(ProtocolViolation) -> Search {
        var outcome = Outcome()
        var index = 0
        while index < bytes.count, outcome.refusalBytes == 0 {
            guard isBetweenPackets, expectation != .nothing, expectation != .opaque else {
                let start = index
                index = try follow(bytes, from: index, count: bytesOfPacketAtHand, &outcome)
                if index == start { break }
                continue
            }
            let available = bytes.count - index
            guard available >= PacketFormat.headerBytes else { break }
            let length = Self.length(bytes, at: index)
            let whole = PacketFormat.headerBytes + length
            guard available > PacketFormat.headerBytes || length == 0 else { break }
            let first = length == 0 ? 0 : bytes[index + PacketFormat.headerBytes]
            guard mayEndInOK(first, length), whole <= limit else {
                let rows = expectation == .rows ? Self.wholeRows(bytes, from: index) : 0
                let start = index
                index = try follow(bytes, from: index, count: max(rows, whole), &outcome)
                if index == start { break }
                continue
            }
            guard available >= whole else { break }
            let isLast = !areOutParameters
            let start = index
            index = try follow(bytes, from: index, count: whole, &outcome)
            if isLast, hasEndedAnswer {
                return Search(outcome: outcome, consumed: index, ok: start..<index)
            }
        }
        return Search(outcome: outcome, consumed: index, ok: nil)
    }

    private mutating func follow(
        _ bytes: Span<UInt8>,
        from index: Int,
        count: Int,
        _ outcome: inout Outcome
    ) throws(ProtocolViolation) -> Int {
        let end = min(bytes.count, index + count)
        let part = try consume(bytes.extracting(index..<end))
        outcome.isIdle = part.isIdle || (isOpaque && outcome.isIdle)
        outcome.isLocalFileRequested = outcome.isLocalFileRequested || part.isLocalFileRequested
        outcome.schemaChanged = outcome.schemaChanged || part.schemaChanged
        outcome.refusalBytes = part.refusalBytes
        return index + part.consumed
    }

    /// How many bytes may be followed without passing the beginning of a packet that could be looked for.
    private var bytesOfPacketAtHand: Int {
        if expectation == .nothing || expectation == .opaque { return .max / 2 }
        return headerBytes < PacketFormat.headerBytes ? PacketFormat.headerBytes - headerBytes : payloadLeft
    }

    private func mayEndInOK(_ first: UInt8, _ length: Int) -> Bool {
        guard length >= 7 else { return false }
        switch expectation {
        case .first(.results), .first(.execution), .first(.cursor), .first(.onePacket), .first(.schemaChange),
            .localFile:
            return first == 0x00
        case .rows:
            return first == 0xfe && !areFetched && capabilities.contains(.deprecateEOF)
        default:
            return false
        }
    }

    /// The length of the rows that stand whole at an index, one behind the other; 0 for none.
    private static func wholeRows(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while bytes.count - end > PacketFormat.headerBytes {
            let length = length(bytes, at: end)
            guard length > 0, length < PacketFormat.maximumPayloadBytes, bytes[end + PacketFormat.headerBytes] < 0xfe,
                bytes.count - end - PacketFormat.headerBytes >= length
            else { break }
            end += PacketFormat.headerBytes + length
        }
        return end - start
    }

    private static func length(_ bytes: Span<UInt8>, at index: Int) -> Int {
        Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
    }
}
