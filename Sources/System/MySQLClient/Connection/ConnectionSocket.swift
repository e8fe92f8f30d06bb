internal import ClusterModel
internal import Glibc

/// The socket of an open connection as other code may see it: to wait for what mysqld sends unasked, its end above all.
///
/// It is a duplicate of the descriptor: libmariadb closes its own whenever it likes, and the number could by then belong
/// to something else. The connection stays open until both are closed.
package final class ConnectionSocket {
    /// For `poll`; -1, which `poll` skips, where there is none.
    let descriptor: Int32

    /// - Parameter original: stays the caller's, and no longer blocks: the library itself never waits in a call for it,
    ///   but OpenSSL would. Nothing can be waited for if it cannot be duplicated.
    init(duplicating original: Int32) {
        descriptor = original < 0 ? -1 : fcntl(original, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return }
        // The library's own would stay open in programs that the process starts.
        _ = fcntl(original, F_SETFD, FD_CLOEXEC)
        // A mode of the connection, which both descriptors share.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// With nothing under way: mysqld has ended the connection, or says why it will.
    var isReadable: Bool {
        ThreadSignal.wait(until: MonotonicTime(nanoseconds: 0), for: POLLIN, on: descriptor) == .connectionReady
    }
}
