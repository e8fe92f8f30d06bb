internal import Foundation
internal import MySQLClient

/// Runs calls that block on a thread of their own, so that the few threads of the cooperative pool stay free.
///
/// - Parameter namespace: the network that sockets opened there are on; nil for that of the tests.
package func onThread<Result: Sendable>(
    in namespace: NetworkNamespace? = nil,
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Swift.Result {
                    try namespace?.enter()
                    return try ClientLibrary.withThread(body)
                }
            )
        }
    }
}
