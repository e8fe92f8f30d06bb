package import ClusterModel
package import QueryRouting

/// What functions know besides their arguments: the session and the statement's time. Set before each statement.
package final class FunctionEnvironment {
    package var context = SessionContext()
    /// All calls of NOW() in one statement give the same.
    package var statementTime = WallTime(microsecondsSince1970: 0)
    /// Whether the statement must end; asked by functions that take long.
    package var isOverLimit: () -> Bool = { false }
    /// From 0 to less than 1, each time another.
    let random: () -> Double

    package init(random: @escaping () -> Double) {
        self.random = random
    }
}
