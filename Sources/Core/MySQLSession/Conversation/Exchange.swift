import MySQLWire
import NIOCore
import QueryRouting

/// A command of the client that is answered here, as far as that has come.
///
/// What has to be known first is found out one after the other: each step's outcome becomes a fact, and `pursue` looks
/// again at what the goal still lacks.
struct Exchange {
    var command: InterceptedCommand
    var goal: Goal
    var facts = Facts()
    var step = Step.working
    /// KILL QUERY came while mysqld was being asked.
    var isInterrupted = false

    init(_ command: InterceptedCommand, _ goal: Goal) {
        self.command = command
        self.goal = goal
    }

    /// What the command comes to.
    enum Goal {
        /// COM_QUERY, and COM_STMT_PREPARE: it is to be found out where it goes.
        case route([UInt8])
        /// COM_INIT_DB of our schema.
        case selectSchema
        case listFields
        /// COM_STMT_EXECUTE of a statement of our own: what is behind its id.
        case execute(UInt32, ByteBuffer)
        case run(Run)
        case prepare(VirtualStatement, variables: [String])
        /// mysqld is to carry it out, with rows of virtual tables in it.
        case serve(MixedStatement)
        /// SHOW DATABASES.
        case listSchemas(SchemaCondition)
        /// mysqld ends what goes by these names, and then the command is refused.
        case endNames(ArraySlice<[UInt8]>, SQLError)
    }

    struct Run {
        var statement: VirtualStatement
        var parameters: [SQLValue] = []
        var rows = ResultSetWriter.RowFormat.text
        /// Those whose values mysqld alone knows.
        var variables: [String]
        /// As the client sent it, if that may be another's words.
        var sent: [UInt8]?
    }

    /// What has been found out.
    struct Facts {
        func values(of names: [String]) -> [SQLValue] { names.map { variables?[$0] ?? .null } }

        /// By their names as typed; nil before mysqld was asked.
        var variables: [String: SQLValue]?
        var privileges: GlobalPrivileges?
        var sessions: [ClientSessionRow]?
        var isListed: Bool?
    }

    /// What is waited for.
    enum Step {
        /// Where the statement goes.
        case routing
        case working
        case asking(Question)
        case listing
        case calling
        case waiting(WaitForChange, ResultSetWriter.RowFormat)
        /// For the quorum's answer.
        case electing(ElectionReply, ElectionDemand)
        case awaitingService(ServiceWait)
        case identifying(KillStatement)
    }

    /// What mysqld is asked on the session's own connection, between two commands of the client.
    enum Question {
        case reading(QuestionReader)
        case variables([String], QuestionReader)
        case grants(QuestionReader)
        /// DEALLOCATE, whatever comes of it.
        case packet(ByteBuffer)
        /// mysqld's own answer to SHOW DATABASES.
        case schemas(SchemaListMerger)
    }
}
