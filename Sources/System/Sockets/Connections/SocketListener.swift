internal import CLinux
internal import Glibc
package import NIOCore
internal import Threads

/// A connection that came in: not watched yet, and its receiver's to close.
package struct AcceptedSocket: Sendable {
    package let descriptor: Int32
    /// Nil if the kernel does not say, or for a peer that has gone already.
    package let remoteAddress: SocketAddress?

    /// Gives it up.
    package func close() { Glibc.close(descriptor) }
}

/// Accepts connections on one loop.
package final class SocketListener: EventSource, @unchecked Sendable {
    /// How many connections are accepted before other events have their turn.
    private static let batch = 64
    /// How long accepting rests when the process or the system has no descriptor left.
    private static let pause = TimeAmount.milliseconds(100)

    private let loop: SocketLoop
    private let descriptor: Int32
    private let accept: @Sendable (AcceptedSocket) -> Void
    private let onShortage: @Sendable (Int32) -> Void
    private let onEnd: @Sendable (Int32) -> Void
    // The loop's.
    private var registration: EventPoll.Registration?
    private var isOpen = true

    /// Binds and begins to accept.
    ///
    /// - Parameters:
    ///   - isPaused: accepts from `resume` on; until then those who connect wait in the kernel.
    ///   - options: set before listening; on Linux accepted connections inherit them.
    ///   - onShortage: called with the error's number on the loop's thread when a connection cannot be accepted for want
    ///     of descriptors or memory, again and again while that lasts.
    ///   - onEnd: called with the error's number on the loop's thread, once, when the socket listens no more and nobody
    ///     has closed it.
    ///   - accept: called on the loop's thread.
    /// - Throws: `IOError`.
    package static func listen(
        on address: SocketAddress,
        loop: SocketLoop,
        isPaused: Bool = false,
        backlog: Int32 = 1024,
        options: [SocketOption] = [],
        onShortage: @escaping @Sendable (Int32) -> Void = { _ in },
        onEnd: @escaping @Sendable (Int32) -> Void = { _ in },
        accept: @escaping @Sendable (AcceptedSocket) -> Void
    ) async throws -> SocketListener {
        let descriptor = pilotfish_stream_socket(address.family)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        _ = SocketCalls.set(descriptor, level: SOL_SOCKET, SO_REUSEADDR, to: 1)
        for option in options { _ = SocketCalls.set(descriptor, level: option.level, option.name, to: option.value) }
        guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw IOError(errnoCode: number, reason: "bind")
        }
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw IOError(errnoCode: number, reason: "listen")
        }
        let listener = SocketListener(
            descriptor,
            loop: loop,
            onShortage: onShortage,
            onEnd: onEnd,
            accept: accept
        )
        if !isPaused { try await listener.resume() }
        return listener
    }

    /// Begins to accept.
    package func resume() async throws {
        try await loop.submit { self.watch() }.get()
    }

    private init(
        _ descriptor: Int32,
        loop: SocketLoop,
        onShortage: @escaping @Sendable (Int32) -> Void,
        onEnd: @escaping @Sendable (Int32) -> Void,
        accept: @escaping @Sendable (AcceptedSocket) -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.onShortage = onShortage
        self.onEnd = onEnd
        self.accept = accept
    }

    /// What is listened on: its port is the real one if 0 was asked for.
    package var localAddress: SocketAddress? { SocketAddress.read(descriptor, by: getsockname) }

    /// Accepts no more.
    package func close() async {
        try? await loop.submit {
            guard self.isOpen else { return }
            self.isOpen = false
            self.unwatch()
            Glibc.close(self.descriptor)
        }.get()
    }

    private func watch() {
        guard isOpen, registration == nil else { return }
        registration = try? loop.poll.add(descriptor, self, for: .readable)
        if registration == nil { rest() }
    }

    private func unwatch() {
        if let registration { loop.poll.remove(descriptor, registration) }
        registration = nil
    }

    private func rest() {
        unwatch()
        loop.scheduleTask(in: Self.pause) { self.watch() }
    }

    func ready(_ events: PollEvents) {
        for _ in 0..<Self.batch {
            var storage = sockaddr_storage()
            let accepted = pilotfish_accept(descriptor, &storage)
            if accepted >= 0 {
                accept(AcceptedSocket(descriptor: accepted, remoteAddress: SocketAddress(storage)))
                continue
            }
            switch errno {
            case EAGAIN, EWOULDBLOCK: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                onShortage(errno)
                return rest()
            case EINVAL, EBADF, ENOTSOCK:
                let number = errno
                unwatch()
                return onEnd(number)
            // Errors of the connection that was to be accepted (accept(2)).
            default: continue
            }
        }
    }
}

/// A number that setsockopt(2) takes.
package struct SocketOption: Hashable, Sendable {
    package var level: Int32
    package var name: Int32
    package var value: Int32

    package init(level: Int32, name: Int32, value: Int32) {
        self.level = level
        self.name = name
        self.value = value
    }
}
