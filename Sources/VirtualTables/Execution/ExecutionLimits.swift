/// What one client's statement may take.
package struct ExecutionLimits: Hashable, Sendable {
    /// A statement that runs longer is ended with error 3024.
    package var timeMilliseconds: Int
    /// A result with more rows is refused with error 1104.
    package var rows: Int
    /// So is one with more bytes.
    package var resultBytes: Int
    /// What it may take for sorting, grouping and recursion.
    package var workingBytes: Int
    /// How many statements are kept compiled.
    package var cachedStatements: Int

    package init(
        timeMilliseconds: Int = 2000,
        rows: Int = 100_000,
        resultBytes: Int = 16 << 20,
        workingBytes: Int = 64 << 20,
        cachedStatements: Int = 128
    ) {
        self.timeMilliseconds = timeMilliseconds
        self.rows = rows
        self.resultBytes = resultBytes
        self.workingBytes = workingBytes
        self.cachedStatements = cachedStatements
    }
}
