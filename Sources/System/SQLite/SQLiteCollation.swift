internal import CSQLite
import SQLDialect

/// Replaces SQLite's NOCASE by MySQL's comparison of texts, for columns and expressions alike.
enum SQLiteCollation {
    static func register(on handle: OpaquePointer) -> Int32 {
        sqlite3_create_collation_v2(
            handle,
            "NOCASE",
            SQLITE_UTF8,
            nil,
            { _, leftCount, left, rightCount, right in
                Int32(
                    TextFolding.compare(
                        UnsafeRawBufferPointer(start: left, count: Int(max(0, leftCount))),
                        UnsafeRawBufferPointer(start: right, count: Int(max(0, rightCount)))
                    )
                )
            },
            nil
        )
    }
}
