package import MySQLWire
package import NIOCore
package import QueryRouting

/// What a conversation wants of the virtual tables. It is plain data: whoever carries it out (`TablesWork`) may do so on
/// an event loop or on a thread of its own, and any number of times.
package enum TablesRequest: Hashable, Sendable {
    indirect case route(RoutedStatement)
    indirect case run(VirtualRun)
    /// For COM_STMT_PREPARE.
    indirect case describe(VirtualStatement, SessionContext)
    /// mysqld's statement with the rows of virtual tables in it.
    indirect case rewrite(MixedStatement, SessionContext)
    /// Whether SHOW DATABASES with this text behind WHERE lists our schema.
    indirect case isListed(condition: String, SessionContext)
    case fields(table: String, pattern: String)
    /// What a COM_STMT_EXECUTE says.
    indirect case execution(ExecutionReading)

    /// The longest statement that an event loop reads, in bytes: it takes less than a millisecond whatever they are.
    package static let longestReading = 2 * 1024

    /// It is too much for an event loop to find out what the client has sent, or where it goes. It may be mysqld's: so it is
    /// done however much else there is to do.
    package var isLongReading: Bool {
        switch self {
        // In two ways as long as mysqld has not told how.
        case .route(let statement):
            statement.bytes.count > Self.longestReading / (statement.characterSets == nil ? 2 : 1)
        case .execution(let reading): reading.byteCount > Self.longestReading
        default: false
        }
    }
}

/// The parameters of a statement of the sidecar's, as the client has sent them.
package struct ExecutionReading: Hashable, Sendable {
    /// What follows the statement id.
    var content: ByteBuffer
    var parameterCount: Int
    var knownTypes: [StatementExecution.ParameterType]
    var longData: [Int: [UInt8]]
    var capabilities: Capabilities
    /// Of texts; nil for one that is not known here.
    var set: ClientCharacterSet?

    var byteCount: Int { longData.values.reduce(content.readableBytes) { $0 + $1.count } }
}

/// A statement that it is to be found out about where it goes.
package struct RoutedStatement: Hashable, Sendable {
    /// In the client's character set.
    package var bytes: [UInt8]
    /// With `allowsParameters` for a COM_STMT_PREPARE.
    package var context: SessionContext
    /// In which sets the session's statements are read; nil while that is not known, and mysqld would have to be asked.
    package var characterSets: SessionCharacterSets?

    package init(bytes: [UInt8], context: SessionContext, characterSets: SessionCharacterSets?) {
        self.bytes = bytes
        self.context = context
        self.characterSets = characterSets
    }
}

/// A statement on virtual tables, and how its answer is written.
package struct VirtualRun: Hashable, Sendable {
    package var statement: VirtualStatement
    package var parameters: [SQLValue]
    package var context: SessionContext
    /// The rows of CONNECTIONS are in the context.
    package var knowsSessions = false
    package var form: AnswerForm
    /// Rows are wanted, for a cursor, and no packets.
    package var opensCursor = false
    /// As the client sent it, if mysqld may carry it out where the tables cannot; the context of its bytes.
    package var sent: (bytes: [UInt8], context: SessionContext)? {
        get { sentBytes.flatMap { bytes in sentContext.map { (bytes, $0) } } }
        set { (sentBytes, sentContext) = (newValue?.bytes, newValue?.context) }
    }
    private var sentBytes: [UInt8]?
    private var sentContext: SessionContext?

    package init(
        statement: VirtualStatement,
        parameters: [SQLValue],
        context: SessionContext,
        form: AnswerForm
    ) {
        self.statement = statement
        self.parameters = parameters
        self.context = context
        self.form = form
    }
}

/// How a session's answers are written.
package struct AnswerForm: Hashable, Sendable {
    package var capabilities: Capabilities
    package var status: StatusFlags
    package var characterSets: SessionCharacterSets
    package var rows: ResultSetWriter.RowFormat
    package var sequence: UInt8
}

/// What makes two sessions get the same bytes in answer to a statement.
package struct AnswerKey: Hashable, Sendable {
    package var statement: [UInt8]
    var capabilities: Capabilities
    var status: StatusFlags
    var isVirtualSchemaSelected: Bool
    var isLocal: Bool
    var hasAskedANSIQuotes: Bool
    var characterSets: SessionCharacterSets
    var serverVersion: String
}

package enum TablesReply: Hashable, Sendable {
    /// The statement may be ours, and more has to be known to read it.
    case unreadable
    /// - Parameter change: of the session's character sets, where the sidecar alone carries statements out.
    indirect case routed(Route, variables: [String], change: CharacterSetChange?)
    case kill(KillStatement)
    /// The statement reads CONNECTIONS, whose rows are not known yet.
    case needsSessions
    case rows(ResultSet)
    /// - Parameter generation: that in which the answer is everyone's, if it is.
    case answered(ByteBuffer, generation: UInt64?)
    /// The tables do not know all that it says: mysqld may.
    indirect case serversTask(MixedStatement)
    case described(StatementDescription)
    case rewritten([UInt8])
    case isListed(Bool)
    case fields([ColumnDefinition])
    case execution(StatementExecution)
    case refused(SQLError)
}
