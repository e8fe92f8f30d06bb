package import NIOCore

/// The rows of a result that a client has opened a cursor on and not fetched yet (COM_STMT_FETCH).
package struct Cursor: Sendable {
    /// Rows as the binary protocol writes them, each behind its length in four bytes.
    private var rows = ByteBuffer()

    /// What it keeps, in bytes.
    package var byteCount: Int { rows.storageCapacity }

    /// - Parameter writer: of the session.
    package init(on result: ResultSet, as writer: ResultSetWriter) {
        for row in result.rows {
            let start = rows.writerIndex
            rows.writeInteger(0 as UInt32)
            writer.writeBinary(row, columns: result.columns, to: &rows)
            rows.setInteger(UInt32(rows.writerIndex - start - 4), at: start)
        }
    }

    /// Takes the next rows.
    ///
    /// - Returns: at most `count` of them, and whether there was none any more: the cursor is closed then, and not yet
    ///   with the last row.
    package mutating func fetch(_ count: UInt32) -> (rows: [ByteBuffer], isAtEnd: Bool) {
        var fetched: [ByteBuffer] = []
        for _ in 0..<count {
            guard let length = rows.readInteger(as: UInt32.self), let row = rows.readSlice(length: Int(length)) else {
                return (fetched, true)
            }
            fetched.append(row)
        }
        return (fetched, false)
    }
}
