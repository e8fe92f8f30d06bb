import MySQLWire
import QueryRouting
import SQLDialect
import SQLite

// How much a command may take.
extension VirtualTableEngine {
    /// A call outside of `within` is a command of its own.
    func measured<Value>(_ body: () throws(SQLError) -> Value) throws(SQLError) -> Value {
        let guardian = connection.guardian
        guard guardian.bounds == nil else { return try body() }
        guardian.startMeasuring(bounds(.full()))
        defer { guardian.stopMeasuring() }
        return try body()
    }

    func bounds(_ allowance: StatementAllowance) -> SQLiteGuard.Bounds {
        switch allowance {
        case .brief:
            SQLiteGuard.Bounds(
                nanoseconds: ExecutionLimits.Brief.nanoseconds,
                bytes: ExecutionLimits.Brief.workingBytes,
                steps: ExecutionLimits.Brief.steps,
                isBrief: true
            )
        case .full(let spent, let isCancelled):
            SQLiteGuard.Bounds(
                nanoseconds: UInt64(max(1, limits.timeMilliseconds - max(0, spent))) * 1_000_000,
                bytes: Int64(limits.workingBytes),
                isCancelled: isCancelled
            )
        }
    }

    /// What is long already is not even read within a brief allowance.
    func leaveLong(_ text: String) throws(SQLError) {
        let guardian = connection.guardian
        guard guardian.bounds?.isBrief ?? false, text.utf8.count > ExecutionLimits.Brief.textBytes else { return }
        guardian.useUp()
        throw StatementSize.tooLarge
    }
}
