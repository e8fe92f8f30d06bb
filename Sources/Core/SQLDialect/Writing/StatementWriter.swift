import MySQLWire
import QueryRouting

/// Writes a query in SQLite's dialect, with MySQL's meaning.
///
/// Names are resolved here and types are found here, so that SQLite sees no name of the client's: tables are `t1`, `t2`
/// …, columns of derived tables `c0`, `c1` …. What has no counterpart is refused with error 1235 rather than answered in
/// another sense. The parts of the work are this type's extensions.
final class StatementWriter {
    /// The query that is being written.
    struct Context {
        var scope: Scope
        var clause = Translation.Clause.fieldList
        /// Aggregates may stand here.
        var allowsAggregates = false
        var isInsideAggregate = false
        /// Names that HAVING, GROUP BY and ORDER BY may use for columns of the result.
        var allowsItems = false
    }

    /// A common table expression that is in sight.
    struct CommonTableEntry {
        var name: String
        /// As SQLite knows it.
        var alias: String
        var columns: [Scope.Column]
        /// Of the columns (`StatementSize`).
        var sizes: [Int]
    }

    let schema: VirtualSchema
    let catalog: any TableDefinitions
    /// Of the statement's parameters and variables, in the order of their numbers; texts where they are not known.
    let inputs: StatementInputs
    /// Without ESCAPE a backslash escapes in LIKE.
    let hasBackslashEscapes: Bool
    var commonTables: [CommonTableEntry] = []
    var usesAggregates = false
    /// Base tables that the statement names.
    var tables: Set<String> = []
    var size: StatementSize
    private var aliasCount = 0

    init(
        catalog: any TableDefinitions,
        inputs: StatementInputs,
        hasBackslashEscapes: Bool,
        maximumBytes: Int,
        isOverLimit: @escaping () -> Bool
    ) {
        self.schema = catalog.schema
        self.hasBackslashEscapes = hasBackslashEscapes
        self.catalog = catalog
        self.inputs = inputs
        self.size = StatementSize(maximum: maximumBytes, isOverLimit: isOverLimit)
    }

    func newAlias() -> String {
        aliasCount += 1
        return "t\(aliasCount)"
    }
}

/// What a statement is given from outside, by kind; the values themselves are bound.
package struct StatementInputs: Hashable {
    /// Of each parameter.
    var parameters: [InputKind] = []
    /// Of each variable, in the order in which they are first named.
    var variables: [InputKind] = []
    /// The place of each among them, behind the parameters, by its name as typed.
    let variablePlaces: [String: Int]

    package init(parameters: [InputKind] = [], variables: [InputKind] = [], variableNames: [String] = []) {
        self.parameters = parameters
        self.variables = variables
        variablePlaces = Dictionary(zip(variableNames, variableNames.indices)) { first, _ in first }
    }
}
