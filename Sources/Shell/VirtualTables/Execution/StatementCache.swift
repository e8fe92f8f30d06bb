import QueryRouting
import SQLDialect

/// Compiled statements by their text; those used longest ago go first.
struct StatementCache {
    struct Key: Hashable {
        var text: String
        var mode: StatementMode
        /// Kinds of the parameters and variables, which decide types.
        var inputs: [InputKind] = []
    }

    private struct Entry {
        var statement: CompiledStatement
        var lastUse: UInt64
    }

    /// Longer texts are compiled each time.
    private static let maximumTextBytes = 8 * 1024

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    mutating func statement(for key: Key) -> CompiledStatement? {
        guard let index = entries.index(forKey: key) else { return nil }
        uses &+= 1
        entries.values[index].lastUse = uses
        return entries.values[index].statement
    }

    mutating func insert(_ statement: CompiledStatement, for key: Key) {
        guard key.text.utf8.count <= Self.maximumTextBytes else { return }
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
        }
        uses &+= 1
        entries[key] = Entry(statement: statement, lastUse: uses)
    }

    var count: Int { entries.count }
}
