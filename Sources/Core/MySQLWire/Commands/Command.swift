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
