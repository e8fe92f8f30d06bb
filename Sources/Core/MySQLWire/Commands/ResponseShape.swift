/// How mysqld answers a command: what to expect after it was forwarded.
enum ResponseShape: UInt8 {
    /// Nothing at all.
    case none
    /// One packet, whatever it holds.
    case onePacket
    /// OK, ERR, a request for a local file, or a result set; and then perhaps more of them.
    case results
    /// As `results`, to COM_STMT_EXECUTE: the values of OUT parameters may be among them.
    case execution
    /// As `execution`, where a cursor is asked for.
    case cursor
    /// Rows of an open cursor up to EOF.
    case rows
    /// COM_STMT_PREPARE's answer.
    case prepared
    /// Column definitions up to EOF.
    case fields
    /// As `onePacket`; a good answer means that another schema was chosen.
    case schemaChange
    /// An error, or the first of packets without end: the session is no question and answer any more.
    case dump

    init(command: UInt8) {
        switch command {
        case Command.quit, Command.statementClose, Command.statementSendLongData: self = .none
        case Command.query, Command.statementBulkExecute, Command.processInfo: self = .results
        case Command.statementExecute: self = .execution
        case Command.statementFetch: self = .rows
        case Command.statementPrepare: self = .prepared
        case Command.fieldList: self = .fields
        case Command.initDatabase: self = .schemaChange
        case Command.binlogDump, Command.binlogDumpGTID: self = .dump
        default: self = .onePacket
        }
    }

    /// Whether one result of such an answer may be followed by another.
    var mayBeFollowed: Bool {
        switch self {
        case .results, .execution, .cursor: true
        case .none, .onePacket, .rows, .prepared, .fields, .schemaChange, .dump: false
        }
    }
}
