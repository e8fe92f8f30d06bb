/// What one client's command may take.
package struct ExecutionLimits: Hashable, Sendable {
    /// A command that takes longer is ended with error 1969 or 3024.
    package var timeMilliseconds: Int
    /// A result with more rows is refused with error 1104.
    package var rows: Int
    /// So is one that takes more memory.
    package var resultBytes: Int
    /// What it may take for sorting, grouping and recursion.
    package var workingBytes: Int
    /// How long a statement may be when every name in it stands for what it is defined as; longer ones are refused with
    /// error 3170. SQLite compiles it in that form.
    package var expandedBytes: Int
    /// How many statements are kept compiled.
    package var cachedStatements: Int

    package init(
        timeMilliseconds: Int = 2000,
        rows: Int = 100_000,
        resultBytes: Int = 16 << 20,
        workingBytes: Int = 32 << 20,
        expandedBytes: Int = 512 * 1024,
        cachedStatements: Int = 128
    ) {
        self.timeMilliseconds = timeMilliseconds
        self.rows = rows
        self.resultBytes = resultBytes
        self.workingBytes = workingBytes
        self.expandedBytes = expandedBytes
        self.cachedStatements = cachedStatements
    }

    /// What an event loop does itself. A poll of a driver takes a hundredth of it.
    enum Brief {
        static let nanoseconds: UInt64 = 800_000
        static let steps = 20_000
        static let workingBytes: Int64 = 8 << 20
        static let expandedBytes = 4 * 1024
        /// Of a statement as it is sent: a longer one is not even read.
        static let textBytes = 1024
        /// Of a result, rows by columns.
        static let values = 6_000
        static let resultBytes = 512 * 1024
        /// Of the rows in a statement for mysqld.
        static let rowBytes = 128 * 1024
    }
}
