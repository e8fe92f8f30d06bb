package import QueryRouting
internal import SQLCatalog
package import SQLDialect

/// A table of a compatibility view as its file in `sql/compat/` defines it.
package struct CompatibilityTable: Hashable, Sendable {
    package let view: CompatibilityView
    package let definition: TableDefinition
    /// The statement that fills it from `cluster_schema`; nil for a table that is always empty.
    let filling: String?

    /// Reads a definition in the form of those in `sql/tables/`, with the filling statement behind it.
    ///
    /// Nil for any other form: such a file is a mistake of ours, which the tests find.
    init?(view: CompatibilityView, script: String) {
        guard let end = script.firstRange(of: "\n);\n") else { return nil }
        guard let definition = TableDefinition(sql: String(script[..<end.upperBound])) else { return nil }
        let filling = script[end.upperBound...]
        self.view = view
        self.definition = definition
        // What follows the statement's end would count as a second one.
        self.filling = filling.lastIndex(of: ";").map { String(filling[...$0]) }
    }

    /// The tables of these views.
    package static func all(of views: Set<CompatibilityView>) -> [CompatibilityTable] {
        CompatibilityScript.all.compactMap { script in
            guard let view = CompatibilityView(rawValue: script.view), views.contains(view) else { return nil }
            return CompatibilityTable(view: view, script: script.sql)
        }
    }
}
