internal import CSQLite
package import MySQLWire
import SQLDialect

/// A prepared statement. Used on its database's thread alone.
///
/// Invariant: text and blobs that SQLite hands out are copied before the next call on the statement.
package final class SQLiteStatement {
    private let handle: OpaquePointer
    /// Keeps the context of its callbacks alive.
    private let database: SQLiteDatabase

    init(_ handle: OpaquePointer, database: SQLiteDatabase) {
        self.handle = handle
        self.database = database
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// - Returns: whether there is a row.
    package func step() throws(SQLiteFailure) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.failure(code)
        }
    }

    /// Makes it ready to run again and lets go of what it holds.
    package func reset() {
        sqlite3_reset(handle)
    }

    package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// Gives the statement's parameters their values; those without one are NULL.
    package func bind(_ values: [SQLValue]) throws(SQLiteFailure) {
        sqlite3_clear_bindings(handle)
        for (index, value) in values.enumerated() {
            let code = bind(value, to: Int32(clamping: index + 1))
            guard code == SQLITE_OK else { throw database.failure(code) }
        }
    }

    /// Binds the values to the statement's parameters, runs it to its end and resets it.
    package func run(_ values: [SQLValue]) throws(SQLiteFailure) {
        try bind(values)
        defer { reset() }
        while try step() {}
    }

    private func bind(_ value: SQLValue, to index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        // Longer numbers than 64 bits hold are refused when the statement is compiled for them.
        case .unsigned: return bind(.null, to: index)
        case .decimal(let digits):
            return bind(ScaledDecimal.parts(of: digits).map { .integer($0.units) } ?? .null, to: index)
        case .double(let number): return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, Int32(clamping: $0.count), Self.copies)
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count), Self.copies)
            }
        }
    }

    /// SQLITE_TRANSIENT: SQLite takes a copy before the call returns.
    static let copies = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)

    /// The value in the present row.
    package func value(at column: Int) -> SQLValue {
        let index = Int32(clamping: column)
        return SQLValue(sqlite3_column_value(handle, index))
    }

    /// The size of the value in the present row, in bytes.
    package func byteCount(at column: Int) -> Int {
        let index = Int32(clamping: column)
        switch sqlite3_column_type(handle, index) {
        case SQLITE_TEXT, SQLITE_BLOB: return Int(sqlite3_column_bytes(handle, index))
        default: return 8
        }
    }
}

extension SQLValue {
    /// Copies a value out of SQLite.
    init(_ value: OpaquePointer?) {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .double(sqlite3_value_double(value))
        case SQLITE_TEXT:
            // The text is asked for before its length, as SQLite wants it.
            guard let text = sqlite3_value_text(value) else {
                self = .null
                return
            }
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let bytes = sqlite3_value_blob(value)
            self = .blob(Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value)))))
        default: self = .null
        }
    }
}
