internal import Glibc
package import NIOCore

extension Channel {
    /// What the process starts, a program after a crash among others, does not keep the stream open. On the event loop.
    package func closeOnExec() {
        try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { descriptor in
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }
}
