internal import Glibc
internal import Logging
internal import NIOCore
internal import Synchronization

/// Tells the operator that the process or the system has run out of something, and not for every client that meets it.
final class ShortageLog: Sendable {
    private static let pause: TimeAmount = .seconds(10)

    private let logger: Logger
    private let silentUntil = Mutex(NIODeadline.now())

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// - Parameters:
    ///   - action: what could not be done.
    /// - Returns: what there is not enough of.
    @discardableResult
    func note(_ action: String, errno number: Int32) -> String {
        let reason = String(cString: strerror(number))
        let now = NIODeadline.now()
        let isDue = silentUntil.withLock { silentUntil in
            guard now >= silentUntil else { return false }
            silentUntil = now + Self.pause
            return true
        }
        if isDue {
            logger.error(
                "the sidecar has run out of a resource",
                metadata: ["reason": "\(reason)", "cannot": "\(action)"]
            )
        }
        return reason
    }
}
