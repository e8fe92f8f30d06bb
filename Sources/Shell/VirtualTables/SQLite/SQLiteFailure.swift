/// Why SQLite did not do what it was asked: its result code and its words.
struct SQLiteFailure: Error, Hashable {
    let code: Int32
    let message: String
    /// Where in the statement, in bytes; nil if SQLite does not know.
    let offset: Int?
}
