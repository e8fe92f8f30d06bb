internal import Foundation
internal import MySQLAdmin

/// Runs calls that block on a thread of their own, so that the few threads of the cooperative pool stay free.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Swift.Result { try ClientLibrary.withThread(body) })
        }
    }
}
