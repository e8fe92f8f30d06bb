/// The ids of prepared statements: those below are mysqld's, which counts up from one; those from here on are the
/// sidecar's own.
package enum PreparedStatementID {
    package static let firstOwn: UInt32 = 0x8000_0000
    /// "The statement that was prepared last" (MariaDB: "COM_STMT_EXECUTE", statement id -1).
    package static let last: UInt32 = 0xffff_ffff
    package static let lastOwn: UInt32 = 0xffff_fffe
}
