import ClusterModel
import QueryRouting

/// What functions know besides their arguments: the session and the statement's time. Set before each statement.
final class FunctionEnvironment {
    var context = SessionContext()
    /// All calls of NOW() in one statement give the same.
    var statementTime = WallTime(microsecondsSince1970: 0)
    /// Whether the statement must end; asked by functions that take long.
    var isOverLimit: () -> Bool = { false }
}
