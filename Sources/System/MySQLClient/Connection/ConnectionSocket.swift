internal import Glibc
internal import Synchronization

/// The socket of an open connection as other code may see it: to wait for its end, and to break off a call that hangs.
///
/// It is a duplicate of the descriptor: libmariadb closes its own whenever it likes, and the number could by then
/// belong to something else.
package final class ConnectionSocket: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Parameter original: stays the caller's. Nothing can be waited for if it cannot be duplicated.
    init(duplicating original: Int32) {
        descriptor = Mutex(original < 0 ? -1 : fcntl(original, F_DUPFD_CLOEXEC, 0))
    }

    deinit { close() }

    /// For `poll`; -1, which `poll` skips, once closed.
    package var pollable: Int32 { descriptor.withLock { $0 } }

    /// Ends what a thread does on the connection at this moment: its call fails as if the server had gone.
    package func interrupt() {
        descriptor.withLock { if $0 >= 0 { _ = shutdown($0, Int32(SHUT_RDWR)) } }
    }

    func close() {
        descriptor.withLock {
            if $0 >= 0 { _ = Glibc.close($0) }
            $0 = -1
        }
    }
}
