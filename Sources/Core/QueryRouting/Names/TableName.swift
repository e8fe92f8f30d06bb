/// A table as a statement names it.
package struct TableName: Hashable, Sendable {
    /// Nil when the statement leaves it to the chosen schema.
    package var schema: String?
    package var table: String

    package init(schema: String? = nil, table: String) {
        self.schema = schema
        self.table = table
    }
}
