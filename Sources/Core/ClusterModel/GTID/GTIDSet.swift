/// Which transactions a server has, by their global ids.
///
/// MySQL's sets are exact. MariaDB's positions say what `MariaDBGTIDPosition` tells. An empty set is one without
/// transactions, or of a server that gives them no GTIDs; what is not known is no set.
package struct GTIDSet: Hashable, Sendable, CustomStringConvertible {
    /// Longer texts are not read, in bytes. To read one takes at most 32 times as much memory.
    package static let maximumTextBytes = 256 * 1024

    /// As the server writes it, on one line.
    package let text: String
    let content: Content

    enum Content: Hashable {
        case mariaDB(MariaDBGTIDPosition)
        case mySQL(MySQLGTIDSet)
    }

    /// - Throws: `GTIDError` for anything else than what a server of this kind says of itself.
    package init(_ text: some StringProtocol, _ flavor: ServerFlavor) throws(GTIDError) {
        switch flavor {
        case .mariaDB: self.init(.mariaDB(try MariaDBGTIDPosition(text)))
        case .mySQL: self.init(.mySQL(try MySQLGTIDSet(text)))
        }
    }

    init(_ content: Content) {
        self.content = content
        text =
            switch content {
            case .mariaDB(let position): position.text
            case .mySQL(let set): set.text
            }
    }

    package var isEmpty: Bool { text.isEmpty }

    package var description: String { text }

    /// Whether every transaction of the other is in this one.
    ///
    /// - Returns: nil for sets of different kinds of servers.
    package func contains(_ other: Self) -> Bool? { other.subtracting(self)?.isEmpty }

    /// The transactions that the other does not have. If both lack some of the other's, the servers have diverged.
    ///
    /// - Returns: nil for sets of different kinds of servers.
    package func subtracting(_ other: Self) -> GTIDDifference? {
        switch (content, other.content) {
        case (.mariaDB(let one), .mariaDB(let other)): return one.subtracting(other)
        case (.mySQL(let one), .mySQL(let other)):
            let rest = one.subtracting(other)
            return GTIDDifference(text: rest.text, count: rest.count)
        default: return nil
        }
    }

    /// The transactions of both: what a replica has executed and what it has received, say.
    ///
    /// - Returns: nil for sets of different kinds of servers, and for positions of MariaDB that have diverged.
    package func union(_ other: Self) -> Self? {
        switch (content, other.content) {
        case (.mariaDB(let one), .mariaDB(let other)): one.union(other).map { Self(.mariaDB($0)) }
        case (.mySQL(let one), .mySQL(let other)): Self(.mySQL(one.union(other)))
        default: nil
        }
    }
}
