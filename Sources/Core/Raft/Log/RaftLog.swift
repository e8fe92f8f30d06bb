internal import ClusterModel

/// The entries behind the last snapshot, in memory and in order, and how far they are durable and committed.
struct RaftLog: Sendable {
    /// What stands for all entries up to `base`. Nil at the very beginning.
    private(set) var snapshot: Snapshot?
    /// The entry before the first one here: at or before the snapshot's last, for some entries stay behind it.
    private(set) var base: EntryID
    private var entries: [LogEntry]
    /// Bytes of the entries that are not committed.
    private(set) var uncommittedByteCount = 0
    private(set) var commit: LogIndex
    /// Up to here the disk has what is here.
    private(set) var durable: LogIndex
    /// Where the configuration was changed, the first of them being the snapshot's.
    private var configurations: [(index: LogIndex, configuration: Configuration)]

    /// - Parameters:
    ///   - entries: those of the store that follow `base`, one after another.
    ///   - base: the entry before the first of them.
    ///   - initial: the configuration where there is no snapshot.
    init(snapshot: Snapshot?, base: EntryID, entries: [LogEntry], initial: Configuration) {
        self.snapshot = snapshot
        self.base = base
        self.entries = []
        commit = snapshot?.last.index ?? .zero
        durable = base.index
        configurations = [(snapshot?.last.index ?? .zero, snapshot?.configuration ?? initial)]
        for entry in entries where entry.index == last.index.next { add(entry) }
        durable = last.index
    }

    var last: EntryID { entries.last?.id ?? base }

    var first: LogIndex { base.index.next }

    /// The one that counts: the last, committed or not.
    var configuration: Configuration { configurations[configurations.count - 1].configuration }

    /// The entry that brought it.
    var configurationIndex: LogIndex { configurations[configurations.count - 1].index }

    /// Nil where nothing is known any more, or yet.
    func term(at index: LogIndex) -> Term? {
        if index == base.index { return base.term }
        if let snapshot, index == snapshot.last.index { return snapshot.last.term }
        return entry(at: index)?.id.term
    }

    func holds(_ id: EntryID) -> Bool { term(at: id.index) == id.term }

    private func entry(at index: LogIndex) -> LogEntry? {
        index > base.index && index <= last.index ? entries[index.distance(after: base.index) - 1] : nil
    }

    /// From `index` on, at least one if there is one, and no more than so many bytes.
    func entries(from index: LogIndex, maximumBytes: Int) -> [LogEntry] {
        var (found, bytes) = ([LogEntry](), 0)
        var next = index
        while let entry = entry(at: next), found.isEmpty || bytes + entry.byteCount <= maximumBytes {
            found.append(entry)
            bytes += entry.byteCount
            next = next.next
        }
        return found
    }

    /// All after `index`, up to `end`.
    func entries(after index: LogIndex, through end: LogIndex) -> [LogEntry] {
        let (start, end) = (max(index, base.index), min(end, last.index))
        guard start < end else { return [] }
        return Array(entries[start.distance(after: base.index)..<end.distance(after: base.index)])
    }

    /// The last entry at or before `index` whose term is not greater than `term`: where two logs may agree.
    func lastEntry(notAfter index: LogIndex, term: Term) -> EntryID {
        var index = min(index, last.index)
        while index > base.index, let found = self.term(at: index) {
            if found <= term { return EntryID(term: found, index: index) }
            index = index.previous
        }
        return base
    }

    // MARK: Changes

    mutating func append(_ entry: LogEntry) {
        add(entry)
    }

    private mutating func add(_ entry: LogEntry) {
        entries.append(entry)
        if entry.index > commit { uncommittedByteCount += entry.byteCount }
        if case .configuration(let configuration) = entry.content, entry.index > configurations[0].index {
            configurations.append((entry.index, configuration))
        }
    }

    /// Takes back what was never committed.
    mutating func remove(from index: LogIndex) {
        guard index > max(base.index, commit), index <= last.index else { return }
        let kept = index.distance(after: base.index) - 1
        uncommittedByteCount -= entries[kept...].reduce(0) { $0 + $1.byteCount }
        entries.removeSubrange(kept...)
        durable = min(durable, last.index)
        configurations.removeAll { $0.index >= index }
    }

    /// - Returns: whether something is committed that was not.
    mutating func commit(through index: LogIndex) -> Bool {
        let reached = min(index, last.index)
        guard reached > commit else { return false }
        uncommittedByteCount -= entries(after: commit, through: reached).reduce(0) { $0 + $1.byteCount }
        commit = reached
        return true
    }

    /// The disk has everything up to the entry. What was written and then taken back counts for nothing.
    mutating func noteDurable(_ id: EntryID) {
        if holds(id), id.index <= last.index { durable = max(durable, id.index) }
    }

    /// Puts a snapshot of what is committed in the place of the entries up to it, but for the last of them, for those who
    /// lag a little.
    mutating func compact(_ snapshot: Snapshot, keeping count: Int, maximumBytes: Int) {
        guard snapshot.last.index <= commit, snapshot.last.index > (self.snapshot?.last.index ?? .zero) else { return }
        var (dropped, bytes) = (snapshot.last.index.distance(after: base.index), 0)
        let fewest = max(0, dropped - count)
        while dropped > fewest, bytes + entries[dropped - 1].byteCount <= maximumBytes {
            dropped -= 1
            bytes += entries[dropped].byteCount
        }
        self.snapshot = snapshot
        let later = configurations.filter { $0.index > snapshot.last.index }
        configurations = [(snapshot.last.index, snapshot.configuration)] + later
        guard dropped > 0 else { return }
        base = entries[dropped - 1].id
        entries.removeFirst(dropped)
    }

    /// The configuration as it was at an entry.
    func configuration(at index: LogIndex) -> Configuration {
        (configurations.last { $0.index <= index } ?? configurations[0]).configuration
    }

    /// A leader's snapshot, in the place of everything.
    mutating func replace(with snapshot: Snapshot) {
        self = Self(snapshot: snapshot, base: snapshot.last, entries: [], initial: snapshot.configuration)
        durable = .zero
    }
}
