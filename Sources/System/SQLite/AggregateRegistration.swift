internal import CSQLite
import SQLDialect

/// Aggregates of ours that statements may call.
///
/// Invariant: the memory that SQLite keeps for a group holds one counted reference to its state, taken by the group's
/// first row and given back by the final call, which SQLite also makes when a statement is ended early.
extension SQLAggregate {
    private final class Group {
        let state: any AggregateState
        init(_ state: any AggregateState) { self.state = state }
    }

    private typealias Slot = UnsafeMutablePointer<UnsafeMutableRawPointer?>

    func register(on handle: OpaquePointer) -> Int32 {
        sqlite3_create_function_v2(
            handle,
            name,
            -1,
            SQLITE_UTF8 | SQLITE_DIRECTONLY,
            FunctionBox.retained(self),
            nil,
            { SQLAggregate.step($0, $1, $2) },
            { context in SQLAggregate.finish(context) },
            { FunctionBox<SQLAggregate>.release($0) }
        )
    }

    private static func step(
        _ context: OpaquePointer?,
        _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let group = group(context) else { return sqlite3_result_error_nomem(context) }
        do throws(SQLFunction.Failure) {
            try group.state.step(FunctionValues.arguments(count, values))
        } catch {
            FunctionValues.fail(context, error)
        }
    }

    private static func slot(_ context: OpaquePointer?, bytes: Int32) -> Slot? {
        sqlite3_aggregate_context(context, bytes)?.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }

    /// The group's state, made for its first row.
    private static func group(_ context: OpaquePointer?) -> Group? {
        guard let slot = slot(context, bytes: Int32(MemoryLayout<UnsafeMutableRawPointer?>.size)) else { return nil }
        if let known = slot.pointee { return Unmanaged<Group>.fromOpaque(known).takeUnretainedValue() }
        guard let group = newGroup(context) else { return nil }
        slot.pointee = Unmanaged.passRetained(group).toOpaque()
        return group
    }

    private static func newGroup(_ context: OpaquePointer?) -> Group? {
        FunctionBox<SQLAggregate>.function(of: context).map { Group($0.makeState()) }
    }

    private static func finish(_ context: OpaquePointer?) {
        // A group without rows has no memory.
        var group = newGroup(context)
        if let slot = slot(context, bytes: 0), let known = slot.pointee {
            group = Unmanaged<Group>.fromOpaque(known).takeRetainedValue()
            slot.pointee = nil
        }
        guard let group else { return sqlite3_result_null(context) }
        do throws(SQLFunction.Failure) {
            FunctionValues.give(try group.state.result(), to: context)
        } catch {
            FunctionValues.fail(context, error)
        }
    }
}
