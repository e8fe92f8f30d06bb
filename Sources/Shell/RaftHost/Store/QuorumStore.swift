package import ClusterModel
internal import MySQLWire
package import Quorum
package import Raft

/// A peer's log, term and vote in one file. Used by one thread; after the first failure it takes nothing any more.
///
/// Each row has a checksum, and rows that are missing are missed: a store is read as it was written, or not at all. What a
/// crash interrupts was never reported as durable, and is not there.
package final class QuorumStore {
    private let database: StoreDatabase
    private let rows: StoreRows
    private let member: MemberID
    private var failure: StoreFailure?
    /// What is on the disk; nil while it belongs to no quorum.
    private var peer: StoredPeer?

    /// The file's name in the folder of the setting `election.data_dir`.
    package static let fileName = "quorum.sqlite"

    /// Opens the store in a folder, or makes one.
    ///
    /// - Parameter member: whose it is.
    package static func open(
        folder: String,
        member: MemberID
    ) throws(StoreFailure) -> (store: QuorumStore, stored: StoredQuorum) {
        let path = folder + "/" + fileName
        try StoreFiles.check(path)
        let database = try StoreDatabase(path: path)
        try StoreSchema.prepare(database)
        let rows = try StoreRows(database)
        let (peer, promise) = (try rows.peer(), try rows.promise())
        let entries = try rows.entries(of: peer)
        let store = QuorumStore(database, rows, member, peer)
        guard let peer else {
            return (store, StoredQuorum(stage: promise.map { .promised($0) } ?? .nothing))
        }
        guard peer.member == member else { throw .otherMember }
        let stored = StoredQuorum(
            stage: .belongs(peer.membership),
            hardState: peer.hardState,
            snapshot: peer.snapshot,
            base: peer.base,
            entries: entries,
            generation: peer.generation
        )
        return (store, stored)
    }

    private init(_ database: StoreDatabase, _ rows: StoreRows, _ member: MemberID, _ peer: StoredPeer?) {
        self.database = database
        self.rows = rows
        self.member = member
        self.peer = peer
    }

    /// How often it was written since it belongs to a quorum.
    package var generation: UInt64 { peer?.generation ?? 0 }

    /// What the store is to be, durably; the quorum that it belongs to is never changed.
    package func save(_ stage: StoredStage) throws(StoreFailure) {
        guard peer == nil else { throw .other("the store belongs to a quorum") }
        try change { () throws(StoreFailure) in
            switch stage {
            case .nothing: try rows.write(nil as Promise?)
            case .promised(let promise): try rows.write(promise)
            case .belongs(let membership):
                try rows.write(nil as Promise?)
                return StoredPeer(membership, of: member)
            }
            return nil
        }
    }

    /// Carries the writes out, in their order and all in one: they are durable when this returns.
    package func carryOut(_ writes: [RaftWrite]) throws(StoreFailure) {
        guard var peer else { throw .other("the store has no peer") }
        try change { () throws(StoreFailure) in
            for write in writes { try carryOut(write, &peer) }
            return peer
        }
    }

    private func change(_ body: () throws(StoreFailure) -> StoredPeer?) throws(StoreFailure) {
        if let failure { throw failure }
        do throws(StoreFailure) {
            var changed: StoredPeer?
            try database.transaction { () throws(StoreFailure) in
                changed = try body()
                changed?.generation += 1
                if let changed { try rows.write(changed) }
            }
            if let changed { peer = changed }
        } catch {
            // How far it came is not known: what a later write would build on may be missing.
            failure = error
            throw error
        }
    }

    private func carryOut(_ write: RaftWrite, _ peer: inout StoredPeer) throws(StoreFailure) {
        if let hardState = write.hardState { peer.hardState = hardState }
        if let index = write.removedFrom { try rows.removeEntries(from: index) }
        if let snapshot = write.snapshot {
            peer.snapshot = snapshot
            try rows.write(snapshot)
        }
        if let index = write.keptFrom {
            if let snapshot = write.snapshot, index == snapshot.last.index.next {
                peer.base = snapshot.last
            } else if let before = try rows.entry(at: index.previous) {
                peer.base = before
            }
            try rows.removeEntries(before: index)
        }
        for entry in write.entries { try rows.write(entry) }
        peer.last = write.last
    }
}
