internal import ClusterModel
internal import MySQLWire
package import Raft

/// A peer's log, term and vote in one file. Used by one thread; after the first failure it takes nothing any more.
///
/// Each row has a checksum, and rows that are missing are missed: a store is read as it was written, or not at all. What a
/// crash interrupts was never reported as durable, and is not there.
package final class QuorumStore {
    private let database: StoreDatabase
    private let rows: StoreRows
    private var failure: StoreFailure?
    /// What is on the disk. Nil before `found`.
    package private(set) var peer: StoredPeer?

    /// The file's name in the folder of the setting `election.data_dir`.
    package static let fileName = "quorum.sqlite"

    /// Opens the store in a folder, or makes one.
    ///
    /// - Returns: with the log, if it has a peer.
    package static func open(folder: String) throws(StoreFailure) -> (store: QuorumStore, entries: [LogEntry]) {
        let path = folder + "/" + fileName
        try StoreFiles.check(path)
        let database = try StoreDatabase(path: path)
        try StoreSchema.prepare(database)
        let rows = try StoreRows(database)
        let peer = try rows.peer()
        let entries = try rows.entries(of: peer)
        return (QuorumStore(database, rows, peer), entries)
    }

    private init(_ database: StoreDatabase, _ rows: StoreRows, _ peer: StoredPeer?) {
        self.database = database
        self.rows = rows
        self.peer = peer
    }

    /// Makes the peer of a new store.
    package func found(_ identity: StoreIdentity, founders: Configuration) throws(StoreFailure) {
        guard peer == nil else { throw .other("the store has a peer") }
        try change { () throws(StoreFailure) in StoredPeer(identity: identity, founders: founders) }
    }

    /// Carries the writes out, in their order and all in one: they are durable when this returns.
    package func carryOut(_ writes: [RaftWrite]) throws(StoreFailure) {
        guard var peer else { throw .other("the store has no peer") }
        try change { () throws(StoreFailure) in
            for write in writes { try carryOut(write, &peer) }
            return peer
        }
    }

    private func change(_ body: () throws(StoreFailure) -> StoredPeer) throws(StoreFailure) {
        if let failure { throw failure }
        do throws(StoreFailure) {
            var changed: StoredPeer?
            try database.transaction { () throws(StoreFailure) in
                var peer = try body()
                peer.generation += 1
                try rows.write(peer)
                changed = peer
            }
            peer = changed
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
