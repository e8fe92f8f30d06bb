internal import MySQLClient

/// Why a step ended all, with what was done before.
struct StepFailure: Error {
    var lines: [String]
    /// mysqld was not reached.
    var isUnreachable = false
}

/// Steps one after another, all of them within one deadline.
struct StepRun {
    enum Result {
        case done
        case refused(UInt32)
        case failed
    }

    var executor: StatementExecutor
    let deadline: ContinuousClock.Instant
    private(set) var lines: [String] = []
    /// The last step was refused for a privilege that the account lacks, or did when its connection was opened.
    private(set) var lacksPrivilege = false

    init(executor: StatementExecutor, deadline: ContinuousClock.Instant) {
        self.executor = executor
        self.deadline = deadline
    }

    mutating func note(_ line: String) { lines.append(line) }

    func failure(_ line: String) -> StepFailure { StepFailure(lines: lines + [line]) }

    /// Goes on whatever comes of it.
    @discardableResult
    mutating func attempt(_ statement: String, within milliseconds: Int, isNoted: Bool = true) async -> Result {
        lacksPrivilege = false
        do throws(StatementFailure) {
            try await executor.execute(statement, deadlineMilliseconds: left(of: milliseconds))
            if isNoted { note(statement) }
            return .done
        } catch {
            if isNoted { note("\(statement): \(error)") }
            guard case .refused(let error) = error else { return .failed }
            lacksPrivilege = error.isPrivilegeMissing
            return .refused(error.code)
        }
    }

    /// - Returns: nil if there is no answer.
    mutating func ask(_ statement: String, within milliseconds: Int) async -> QueryResult? {
        do throws(StatementFailure) {
            return try await executor.execute(statement, deadlineMilliseconds: left(of: milliseconds))
        } catch {
            note("\(error)")
            return nil
        }
    }

    mutating func require(_ statement: String, within milliseconds: Int) async throws(StepFailure) {
        _ = try await requireAnswer(statement, within: milliseconds)
        note(statement)
    }

    mutating func requireAnswer(_ statement: String, within milliseconds: Int) async throws(StepFailure) -> QueryResult
    {
        do throws(StatementFailure) {
            return try await executor.execute(statement, deadlineMilliseconds: left(of: milliseconds))
        } catch {
            throw StepFailure(lines: lines + ["\(statement): \(error)"], isUnreachable: error.isUnreachable)
        }
    }

    private func left(of milliseconds: Int) -> Int {
        min(milliseconds, max(0, Int((deadline - .now) / .milliseconds(1))))
    }
}

extension StatementFailure {
    /// Nobody listens where mysqld should: CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR.
    fileprivate var isUnreachable: Bool {
        switch self {
        case .notSent(.connection(let error)): error.code == 2002 || error.code == 2003
        default: false
        }
    }
}
