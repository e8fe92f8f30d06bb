/// A statement that reads virtual tables and is mysqld's to carry out, since it reads or writes tables of the server
/// too. mysqld gets the rows of the virtual tables in the statement, as derived tables.
package struct MixedStatement: Hashable, Sendable {
    /// What takes the place of some of the statement's bytes.
    package enum Replacement: Hashable, Sendable {
        /// The rows of a virtual table.
        ///
        /// - Parameters:
        ///   - table: as it is defined.
        ///   - alias: what the derived table is to be called; nil if the statement says so itself.
        case rows(table: String, alias: String?)
        /// The server's own list of schemas, and ours.
        ///
        /// - Parameter columns: what our row is, as SQL.
        case schemata(columns: String, alias: String?)
        /// The name of a derived table.
        case name(String)
        /// As they are.
        case words(String)
        case nothing
    }

    package struct Edit: Hashable, Sendable {
        package var bytes: Range<Int>
        package var replacement: Replacement

        package init(bytes: Range<Int>, replacement: Replacement) {
            self.bytes = bytes
            self.replacement = replacement
        }
    }

    /// As the client sent it.
    package var text: [UInt8]
    /// In the order of their bytes, which do not overlap.
    package var edits: [Edit]
    /// The names that occur in the statement, in lower case: no other column of a virtual table is asked for. Nil if
    /// all columns may be, as by `*`.
    package var names: Set<String>?

    package init(text: [UInt8], edits: [Edit], names: Set<String>? = nil) {
        self.text = text
        self.edits = edits
        self.names = names
    }

    /// The virtual tables that it reads, as they are defined, each once.
    package var tables: [String] {
        edits.reduce(into: []) { tables, edit in
            if case .rows(let table, _) = edit.replacement, !tables.contains(table) { tables.append(table) }
        }
    }

    /// It reads no virtual table: our schema is added to the server's list.
    package var listsSchemata: Bool {
        edits.contains { if case .schemata = $0.replacement { true } else { false } }
    }

    /// It reads CONNECTIONS, whose rows are in the context.
    package var readsClientSessions: Bool { tables.contains("CONNECTIONS") }

    /// Those of a table's columns that the statement may ask for; one at least, for the rows' number.
    package func columns(of all: [String]) -> [String] {
        guard let names else { return all }
        let asked = all.filter { names.contains($0.asciiLowercased) }
        return asked.isEmpty ? Array(all.prefix(1)) : asked
    }
}
