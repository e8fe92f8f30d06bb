/// The first byte of a command's payload (MariaDB: "2 - Text protocol", "3 - Binary protocol"; MySQL: `my_command.h`).
package enum Command {
    package static let quit: UInt8 = 0x01
    package static let initDatabase: UInt8 = 0x02
    package static let query: UInt8 = 0x03
    package static let fieldList: UInt8 = 0x04
    package static let processInfo: UInt8 = 0x0a
    package static let processKill: UInt8 = 0x0c
    package static let statistics: UInt8 = 0x09
    package static let ping: UInt8 = 0x0e
    package static let changeUser: UInt8 = 0x11
    package static let binlogDump: UInt8 = 0x12
    package static let tableDump: UInt8 = 0x13
    package static let statementPrepare: UInt8 = 0x16
    package static let statementExecute: UInt8 = 0x17
    package static let statementSendLongData: UInt8 = 0x18
    package static let statementClose: UInt8 = 0x19
    package static let statementReset: UInt8 = 0x1a
    package static let setOption: UInt8 = 0x1b
    package static let statementFetch: UInt8 = 0x1c
    package static let binlogDumpGTID: UInt8 = 0x1e
    package static let resetConnection: UInt8 = 0x1f
    /// MySQL alone, as the next.
    package static let clone: UInt8 = 0x20
    package static let groupReplicationStream: UInt8 = 0x21
    /// MariaDB alone.
    package static let statementBulkExecute: UInt8 = 0xfa
    /// MariaDB of old alone: several commands in one packet.
    package static let multiple: UInt8 = 0xfe
}

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
