/// A statement for the virtual tables. Tables are named as they are defined, in upper case.
package enum VirtualStatement: Hashable, Sendable {
    /// SELECT or WITH over virtual tables, or without any table; the text as the client sent it.
    case select(String)
    /// The long poll: carried out by the session, not by the tables.
    case waitForChange(WaitForChange)
    /// What applications ask of elections: carried out by the session likewise.
    case election(ElectionCall)
    /// SHOW [FULL] TABLES.
    case showTables(detail: ShowDetail, like: String?)
    /// SHOW TABLE STATUS.
    case showTableStatus(like: String?)
    /// SHOW [FULL] COLUMNS, DESCRIBE.
    case showColumns(table: String, detail: ShowDetail, like: String?)
    case showCreateTable(String)
    /// SHOW CREATE DATABASE cluster_schema.
    case showCreateSchema
    /// SHOW INDEX: there are none.
    case showIndexes(table: String)
    /// A listing of things that cluster_schema has none of.
    case showNothing(EmptyListing)
    /// SHOW VARIABLES of variables that the compatibility views add.
    case showCompatibilityVariables(like: String)

    /// A listing whose rows a WHERE filters; the listing has no pattern of its own.
    indirect case filtered(VirtualStatement, where: String)
    /// SHOW PROCEDURE STATUS.
    case showProcedures(like: String?)
    case showCreateProcedure(Procedure)
    /// SHOW WARNINGS and its kin, about the statement before.
    case diagnostics(DiagnosticsQuestion)

    // Carried out by the session, which asks mysqld or the daemon; the tables do not know them:

    /// CALL.
    case call(ProcedureCall)
    /// SHOW DATABASES: mysqld's own answer, with cluster_schema at its place.
    case listServerSchemas(SchemaCondition)

    // Of sidecar accounts' sessions alone, which have no mysqld behind them:

    case showSchemas(like: String?)
    case showVariables(like: String?)
    case showStatus(like: String?)
    case showCollations(like: String?)
    case showCharacterSets(like: String?)
    case showEngines
    /// SET of session variables, BEGIN, COMMIT and their kin: answered OK, and nothing happens.
    case noOperation
}

/// Which schemas SHOW DATABASES is to list.
package enum SchemaCondition: Hashable, Sendable {
    case all
    case like(String)
    /// The text behind WHERE.
    case satisfying(String)
}

/// How much of a listing is wanted.
package enum ShowDetail: Hashable, Sendable {
    case brief
    /// SHOW FULL …
    case full
}

/// Listings that are always empty.
package enum EmptyListing: Hashable, Sendable, CaseIterable {
    case warnings
    case triggers
    case events
    case openTables
    case plugins
    case functions
}
