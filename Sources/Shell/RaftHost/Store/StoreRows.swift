internal import ClusterModel
internal import MySQLWire
internal import Quorum
internal import Raft

/// What stands in which row, with its checksum.
struct StoreRows {
    private let database: StoreDatabase
    private let writePeer: StoreStatement
    private let writeSnapshot: StoreStatement
    private let writeEntry: StoreStatement
    private let removeFrom: StoreStatement
    private let removeBefore: StoreStatement

    init(_ database: StoreDatabase) throws(StoreFailure) {
        self.database = database
        writePeer = try database.statement("INSERT OR REPLACE INTO peer VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        writeSnapshot = try database.statement("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?, ?)")
        writeEntry = try database.statement("INSERT INTO log VALUES (?, ?, ?, ?)")
        removeFrom = try database.statement("DELETE FROM log WHERE place >= ?")
        removeBefore = try database.statement("DELETE FROM log WHERE place < ?")
    }

    // MARK: The peer

    func write(_ peer: StoredPeer) throws(StoreFailure) {
        let (id, quorum) = (peer.membership.peer, peer.membership.quorum)
        let identity = [id.high, id.low, quorum.high, quorum.low, peer.member.high, peer.member.low].flatMap(bytes)
        let vote = peer.hardState.vote.map { bytes($0.high) + bytes($0.low) } ?? []
        let founders = peer.membership.founders.encoded
        try writePeer.run([
            .blob(identity), .blob(founders), peer.hardState.term.stored, .blob(vote), peer.hardState.commit.stored,
            peer.base.term.stored, peer.base.index.stored, peer.last.term.stored, peer.last.index.stored,
            .integer(Int64(clamping: peer.generation)),
            .integer(checksum(of: peer, identity: identity, founders: founders, vote: vote)),
        ])
    }

    private func checksum(of peer: StoredPeer, identity: [UInt8], founders: [UInt8], vote: [UInt8]) -> Int64 {
        var sum = Checksum()
        for field in [identity, founders, vote] {
            sum.add(UInt64(field.count))
            sum.add(field)
        }
        sum.add(EntryID(term: peer.hardState.term, index: peer.hardState.commit))
        sum.add(peer.base)
        sum.add(peer.last)
        sum.add(peer.generation)
        return sum.stored
    }

    /// - Returns: nil for a store without one.
    func peer() throws(StoreFailure) -> StoredPeer? {
        var found: StoredPeer?
        let statement = try database.statement(
            """
            SELECT identity, founders, term, vote, committed, base_term, base_place, last_term, last_place, generation,
                checksum FROM peer
            """
        )
        try statement.rows { (row) throws(StoreFailure) in
            let (identity, founders, vote) = (try row.bytes(0), try row.bytes(1), try row.bytes(3))
            guard identity.count == 48, vote.isEmpty || vote.count == 16 else { throw .corrupt("the peer's row") }
            let words = stride(from: 0, to: 48, by: 8).map { word(identity, $0) }
            guard let configuration = try? Configuration(decoding: founders[...]) else {
                throw .corrupt("the peer's founders")
            }
            let membership = Membership(
                peer: PeerID(high: words[0], low: words[1]),
                quorum: QuorumID(high: words[2], low: words[3]),
                founders: configuration
            )
            var peer = StoredPeer(membership, of: MemberID(high: words[4], low: words[5]))
            peer.hardState = HardState(
                term: try row.counter(2),
                vote: vote.isEmpty ? nil : PeerID(high: word(vote, 0), low: word(vote, 8)),
                commit: try row.counter(4)
            )
            peer.base = EntryID(term: try row.counter(5), index: try row.counter(6))
            peer.last = EntryID(term: try row.counter(7), index: try row.counter(8))
            guard let generation = UInt64(exactly: try row.integer(9)) else { throw .corrupt("the peer's row") }
            peer.generation = generation
            guard try row.integer(10) == checksum(of: peer, identity: identity, founders: founders, vote: vote) else {
                throw .corrupt("the peer's row")
            }
            found = peer
        }
        found?.snapshot = try snapshot()
        return found
    }

    // MARK: The promise

    /// - Parameter promise: nil takes it back.
    func write(_ promise: Promise?) throws(StoreFailure) {
        try database.execute("DELETE FROM promise")
        guard let promise else { return }
        let bytes = promise.encoded
        try database.statement("INSERT INTO promise VALUES (1, ?, ?)").run([
            .blob(bytes), .integer(checksum(of: .origin, bytes)),
        ])
    }

    func promise() throws(StoreFailure) -> Promise? {
        var found: Promise?
        try database.statement("SELECT promise, checksum FROM promise").rows { (row) throws(StoreFailure) in
            let bytes = try row.bytes(0)
            guard try row.integer(1) == checksum(of: .origin, bytes), let read = try? Promise(decoding: bytes[...])
            else {
                throw .corrupt("the promise")
            }
            found = read
        }
        return found
    }

    // MARK: Snapshot

    func write(_ snapshot: Snapshot) throws(StoreFailure) {
        let configuration = snapshot.configuration.encoded
        try writeSnapshot.run([
            snapshot.last.term.stored, snapshot.last.index.stored, .blob(configuration), .blob(snapshot.state),
            .integer(checksum(of: snapshot.last, configuration, snapshot.state)),
        ])
    }

    private func snapshot() throws(StoreFailure) -> Snapshot? {
        var found: Snapshot?
        let statement = try database.statement("SELECT term, place, configuration, state, checksum FROM snapshot")
        try statement.rows { (row) throws(StoreFailure) in
            let last = EntryID(term: try row.counter(0), index: try row.counter(1))
            let (bytes, state) = (try row.bytes(2), try row.bytes(3))
            guard try row.integer(4) == checksum(of: last, bytes, state),
                let configuration = try? Configuration(decoding: bytes[...])
            else { throw .corrupt("the snapshot") }
            found = Snapshot(last: last, configuration: configuration, state: state)
        }
        return found
    }

    // MARK: Log

    func write(_ entry: LogEntry) throws(StoreFailure) {
        let content = entry.content.encoded
        try writeEntry.run([
            entry.index.stored, entry.id.term.stored, .blob(content), .integer(checksum(of: entry.id, content)),
        ])
    }

    func removeEntries(from index: LogIndex) throws(StoreFailure) { try removeFrom.run([index.stored]) }

    func removeEntries(before index: LogIndex) throws(StoreFailure) { try removeBefore.run([index.stored]) }

    /// Which entry stands at a place; nil if none does.
    func entry(at index: LogIndex) throws(StoreFailure) -> EntryID? {
        guard case .integer(let term) = try database.value("SELECT term FROM log WHERE place = \(index)"),
            let term = UInt64(exactly: term)
        else { return nil }
        return EntryID(term: Term(rawValue: term), index: index)
    }

    /// The whole log, from behind the peer's base to its last entry: if one is missing, all are refused.
    func entries(of peer: StoredPeer?) throws(StoreFailure) -> [LogEntry] {
        var entries: [LogEntry] = []
        var last = peer?.base ?? .origin
        let statement = try database.statement("SELECT place, term, content, checksum FROM log ORDER BY place")
        try statement.rows { (row) throws(StoreFailure) in
            let id = EntryID(term: try row.counter(1), index: try row.counter(0))
            let content = try row.bytes(2)
            guard id.index == last.index.next, id.term >= last.term else {
                throw .corrupt("entry \(last.index.next) is missing")
            }
            guard try row.integer(3) == checksum(of: id, content),
                let read = try? LogEntry.Content(decoding: content[...])
            else { throw .corrupt("entry \(id.index)") }
            entries.append(LogEntry(id, read))
            last = id
        }
        guard last == peer?.last ?? .origin else { throw .corrupt("the entries after \(last.index) are missing") }
        if let peer, peer.base != .origin {
            guard let snapshot = peer.snapshot, snapshot.last.index >= peer.base.index else {
                throw .corrupt("the snapshot is missing")
            }
        }
        return entries
    }

    private func checksum(of id: EntryID, _ contents: [UInt8]...) -> Int64 {
        var sum = Checksum()
        sum.add(id)
        for content in contents {
            sum.add(UInt64(content.count))
            sum.add(content)
        }
        return sum.stored
    }

    // MARK: Bytes

    private func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }

    private func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
