internal import CSQLite
import MySQLWire
import SQLDialect

/// What C holds of a function of ours.
///
/// Invariant: C holds one count of each box and gives it back when the connection is closed.
final class FunctionBox<Function> {
    let function: Function

    private init(_ function: Function) { self.function = function }

    static func retained(_ function: Function) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(FunctionBox(function)).toOpaque()
    }

    /// What a call in this context is of.
    static func function(of context: OpaquePointer?) -> Function? {
        sqlite3_user_data(context).map { Unmanaged<FunctionBox>.fromOpaque($0).takeUnretainedValue().function }
    }

    static func release(_ box: UnsafeMutableRawPointer?) {
        if let box { Unmanaged<FunctionBox>.fromOpaque(box).release() }
    }
}

/// Functions of ours that statements may call.
extension SQLFunction {

    func register(on handle: OpaquePointer) -> Int32 {
        let flags = SQLITE_UTF8 | SQLITE_DIRECTONLY | (isDeterministic ? SQLITE_DETERMINISTIC : 0)
        let count = arity.lowerBound == arity.upperBound ? Int32(clamping: arity.lowerBound) : -1
        return sqlite3_create_function_v2(
            handle,
            name,
            count,
            flags,
            FunctionBox.retained(self),
            { context, count, values in
                guard let function = FunctionBox<SQLFunction>.function(of: context) else {
                    return sqlite3_result_null(context)
                }
                function.call(context, FunctionValues.arguments(count, values))
            },
            nil,
            nil,
            { FunctionBox<SQLFunction>.release($0) }
        )
    }

    private func call(_ context: OpaquePointer?, _ arguments: [SQLValue]) {
        guard arity.contains(arguments.count) else {
            return sqlite3_result_error(context, "wrong number of arguments to function \(name)()", -1)
        }
        do throws(Failure) {
            FunctionValues.give(try body(arguments), to: context)
        } catch {
            FunctionValues.fail(context, error)
        }
    }
}

/// What goes to a function and comes from it.
enum FunctionValues {
    static func arguments(_ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?) -> [SQLValue] {
        (0..<Int(max(0, count))).map { SQLValue(values?[$0]) }
    }

    static func fail(_ context: OpaquePointer?, _ failure: SQLFunction.Failure) {
        switch failure.reason {
        case .tooLong: sqlite3_result_error_toobig(context)
        case .interrupted: sqlite3_result_error_code(context, SQLITE_INTERRUPT)
        case .error(let error): sqlite3_result_error(context, SQLiteFailure.message(of: error), -1)
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
