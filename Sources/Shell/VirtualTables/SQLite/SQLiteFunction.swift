internal import CSQLite
import MySQLWire

/// A function that statements may call.
struct SQLiteFunction {
    /// What a function says instead of a value.
    struct Failure: Error {
        enum Reason {
            /// The value would be longer than any may be.
            case tooLong
            /// The statement has reached a limit.
            case interrupted
            /// What the client is told.
            case error(errno: UInt16, sqlState: String, message: String)
        }

        let reason: Reason

        init(_ reason: Reason) { self.reason = reason }

        init(_ error: SQLError) {
            reason = .error(errno: error.errno, sqlState: error.sqlState, message: error.message)
        }

        static let tooLong = Failure(.tooLong)
        static let interrupted = Failure(.interrupted)

        /// Before an error of ours in SQLite's message; no text of a client's stands there.
        static let prefix = "mysql error "
    }

    let name: String
    /// How many arguments it takes.
    let arity: ClosedRange<Int>
    /// The same arguments give the same value; SQLite may then call it once for all rows.
    let isDeterministic: Bool
    let body: ([SQLValue]) throws(Failure) -> SQLValue

    /// The C side holds one count of this box and gives it back when the connection is closed.
    private final class Box {
        let function: SQLiteFunction
        init(_ function: SQLiteFunction) { self.function = function }
    }

    func register(on handle: OpaquePointer) -> Int32 {
        let flags = SQLITE_UTF8 | SQLITE_DIRECTONLY | (isDeterministic ? SQLITE_DETERMINISTIC : 0)
        let count = arity.lowerBound == arity.upperBound ? Int32(clamping: arity.lowerBound) : -1
        return sqlite3_create_function_v2(
            handle,
            name,
            count,
            flags,
            Unmanaged.passRetained(Box(self)).toOpaque(),
            { context, count, values in
                guard let box = sqlite3_user_data(context) else { return sqlite3_result_null(context) }
                let function = Unmanaged<Box>.fromOpaque(box).takeUnretainedValue().function
                function.call(context, SQLiteFunction.arguments(count, values))
            },
            nil,
            nil,
            { box in
                if let box { Unmanaged<Box>.fromOpaque(box).release() }
            }
        )
    }

    static func arguments(_ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?) -> [SQLValue] {
        (0..<Int(max(0, count))).map { SQLValue(values?[$0]) }
    }

    private func call(_ context: OpaquePointer?, _ arguments: [SQLValue]) {
        guard arity.contains(arguments.count) else {
            return sqlite3_result_error(context, "wrong number of arguments to function \(name)()", -1)
        }
        do throws(Failure) {
            Self.give(try body(arguments), to: context)
        } catch {
            Self.fail(context, error)
        }
    }

    static func fail(_ context: OpaquePointer?, _ failure: Failure) {
        switch failure.reason {
        case .tooLong: sqlite3_result_error_toobig(context)
        case .interrupted: sqlite3_result_error_code(context, SQLITE_INTERRUPT)
        case .error(let errno, let sqlState, let message):
            sqlite3_result_error(context, "\(Failure.prefix)\(errno) \(sqlState) \(message)", -1)
        }
    }

    static func give(_ value: SQLValue, to context: OpaquePointer?) {
        switch value {
        case .null: sqlite3_result_null(context)
        case .integer(let number): sqlite3_result_int64(context, number)
        case .unsigned(let number): give(.text(String(number)), to: context)
        case .decimal(let digits): give(.text(digits), to: context)
        case .double(let number): sqlite3_result_double(context, number)
        case .text(var text):
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    // With a length beyond the limit SQLite itself answers "too big".
                    sqlite3_result_text64(
                        context,
                        $0.baseAddress,
                        UInt64($0.count),
                        SQLiteStatement.copies,
                        UInt8(SQLITE_UTF8)
                    )
                }
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes {
                // Without an address SQLite would take an empty blob for NULL.
                guard !bytes.isEmpty else { return sqlite3_result_zeroblob(context, 0) }
                sqlite3_result_blob64(context, $0.baseAddress, UInt64($0.count), SQLiteStatement.copies)
            }
        }
    }
}
