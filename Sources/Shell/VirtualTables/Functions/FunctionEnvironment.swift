import ClusterModel
import QueryRouting

/// What functions know besides their arguments: the session and the statement's time. Set before each statement.
final class FunctionEnvironment {
    var context = SessionContext()
    /// All calls of NOW() in one statement give the same.
    var statementTime = WallTime(microsecondsSince1970: 0)
    /// Of the calls of RAND with a seed, while the statement runs.
    var sequences: [Int64: SeededRandom] = [:]
    /// Nil if there are no digests here.
    var digest: ((DigestAlgorithm, [UInt8]) -> [UInt8]?)?
    /// Whether the statement must end; asked by functions that take long.
    var isOverLimit: () -> Bool = { false }
}
