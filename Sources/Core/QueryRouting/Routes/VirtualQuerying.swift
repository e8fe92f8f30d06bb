package import MySQLWire

/// What the virtual tables answer to a statement.
package enum VirtualAnswer: Hashable, Sendable {
    case resultSet(ResultSet)
    /// An OK packet, for statements without rows (SET, BEGIN … of a sidecar account's session).
    case ok
}

/// A statement that was prepared and not run.
package struct StatementDescription: Hashable, Sendable {
    package var parameterCount: Int
    /// Empty for statements without rows.
    package var columns: [ColumnDefinition]

    package init(parameterCount: Int = 0, columns: [ColumnDefinition] = []) {
        self.parameterCount = parameterCount
        self.columns = columns
    }
}

/// The virtual tables as the proxy sees them. Bound to one thread: an event loop's, or one for statements that take long.
package protocol VirtualQuerying: AnyObject {
    /// Calls `body`, in which all calls of these tables count together as one command's. Calls outside of it have the
    /// tables' own limits each.
    func within<Value>(
        _ allowance: StatementAllowance,
        _ body: () throws(SQLError) -> Value
    ) -> AllowedOutcome<Value>

    /// Tells statements that `route` must see from the others, at next to no cost.
    var marker: StatementMarker { get }

    /// - Parameter statement: the statement's bytes, without the command byte.
    func route(_ statement: [UInt8], in context: SessionContext) -> Route

    /// The variables whose values only mysqld knows and the statement needs, as typed: `@x`, `@@sort_buffer_size`. Their
    /// values go into the context's `variables`.
    func variables(of statement: VirtualStatement, in context: SessionContext) -> [String]

    /// What COM_STMT_PREPARE tells of a statement. Where a parameter alone decides a column's type, it is a text here and
    /// of the parameter's type when it runs; all else is the same.
    func describe(_ statement: VirtualStatement, in context: SessionContext) throws(SQLError) -> StatementDescription

    /// - Parameter parameters: one for each that `describe` counted.
    func run(
        _ statement: VirtualStatement,
        parameters: [SQLValue],
        in context: SessionContext
    ) throws(SQLError) -> VirtualAnswer

    /// Whether a statement reads CONNECTIONS, whose rows then have to come with the context.
    func readsClientSessions(_ statement: VirtualStatement, in context: SessionContext) -> Bool

    /// Rises with every change of what the tables tell of the cluster.
    var generation: UInt64 { get }

    /// The generation in which the last result of `run` is everyone's who asks in the same words and the same mode; nil
    /// if it depends on more: a moment, a session, values that were handed in.
    var lastAnswerGeneration: UInt64? { get }

    /// The columns of a table for COM_FIELD_LIST, whose rows are empty.
    ///
    /// - Parameter pattern: LIKE pattern of column names; empty for all.
    func fields(ofTable table: String, like pattern: String) throws(SQLError) -> [ColumnDefinition]

    /// The statement with the rows that this session sees put in, as mysqld gets it.
    ///
    /// - Throws: `SQLError` 1104 when they are too many.
    func rewrite(_ statement: MixedStatement, in context: SessionContext) throws(SQLError) -> [UInt8]

    /// A query that `run` refused because it does not know all that it says, for mysqld to carry out.
    ///
    /// - Parameter sent: as the client sent it, in the context's character set.
    /// - Returns: nil for other errors, and where mysqld could not or would take the statement otherwise.
    func serverStatement(
        insteadOf sent: [UInt8],
        refusedWith error: SQLError,
        in context: SessionContext
    ) -> MixedStatement?
}

extension VirtualQuerying {
    /// Tables that take no time.
    package func within<Value>(
        _ allowance: StatementAllowance,
        _ body: () throws(SQLError) -> Value
    ) -> AllowedOutcome<Value> {
        do throws(SQLError) {
            return .ended(.success(try body()))
        } catch {
            return .ended(.failure(error))
        }
    }

    package var marker: StatementMarker { StatementMarker() }
    package var generation: UInt64 { 0 }
    package var lastAnswerGeneration: UInt64? { nil }
}
