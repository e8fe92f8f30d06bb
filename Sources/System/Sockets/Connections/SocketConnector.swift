internal import CLinux
internal import Glibc
package import NIOCore
internal import Threads

/// Makes one connection.
package final class SocketConnector: EventSource {
    /// How long is waited before a unix socket whose backlog is full is asked again.
    private static let pauseWhenFull = TimeAmount.milliseconds(5)

    private let loop: SocketLoop
    private let descriptor: Int32
    private let address: SocketAddress
    private var registration: EventPoll.Registration?
    private var deadline: Scheduled<Void>?
    private var promise: EventLoopPromise<Int32>?

    /// Connects to one address. Called on the loop's thread.
    ///
    /// - Parameter limit: how long it may take.
    /// - Returns: the connected descriptor, the receiver's to close. Fails with `IOError`, or with
    ///   `ChannelError.connectTimeout`.
    package static func connect(
        to address: SocketAddress,
        on loop: SocketLoop,
        within limit: TimeAmount,
        options: [SocketOption] = []
    ) -> EventLoopFuture<Int32> {
        let descriptor = pilotfish_stream_socket(address.family)
        guard descriptor >= 0 else {
            return loop.makeFailedFuture(IOError(errnoCode: errno, reason: "socket"))
        }
        for option in options { _ = SocketCalls.set(descriptor, level: option.level, option.name, to: option.value) }
        let promise = loop.makePromise(of: Int32.self)
        let connector = SocketConnector(descriptor, to: address, loop: loop, promise: promise)
        let bound = NIOLoopBound(connector, eventLoop: loop)
        connector.deadline = loop.scheduleTask(in: limit) {
            bound.value.end(.failure(ChannelError.connectTimeout(limit)))
        }
        connector.attempt()
        return promise.futureResult
    }

    private init(_ descriptor: Int32, to address: SocketAddress, loop: SocketLoop, promise: EventLoopPromise<Int32>) {
        self.descriptor = descriptor
        self.address = address
        self.loop = loop
        self.promise = promise
    }

    private func attempt() {
        guard promise != nil else { return }
        let result = address.withSockAddr { Glibc.connect(descriptor, $0, socklen_t($1)) }
        if result == 0 { return end(.success(descriptor)) }
        switch errno {
        case EINPROGRESS:
            do {
                registration = try loop.poll.add(descriptor, self, for: .writable)
            } catch {
                end(.failure(IOError(errnoCode: error.number, reason: error.call)))
            }
        // A unix socket whose backlog is full (connect(2)), or a call that a signal has broken off.
        case EAGAIN, EINTR:
            let bound = NIOLoopBound(self, eventLoop: loop)
            loop.scheduleTask(in: Self.pauseWhenFull) { bound.value.attempt() }
        case let number:
            end(.failure(IOError(errnoCode: number, reason: "connect")))
        }
    }

    func ready(_ events: PollEvents) {
        let number = SocketCalls.pendingError(descriptor)
        end(number == 0 ? .success(descriptor) : .failure(IOError(errnoCode: number, reason: "connect")))
    }

    private func end(_ result: Result<Int32, any Error>) {
        guard let promise else { return }
        self.promise = nil
        deadline?.cancel()
        if let registration { loop.poll.remove(descriptor, registration) }
        if case .failure = result { Glibc.close(descriptor) }
        promise.completeWith(result)
    }
}
