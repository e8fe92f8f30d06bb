internal import ClusterModel
internal import Glibc
internal import NIOCore
internal import PeerTransport
internal import Synchronization

/// The streams that other members have opened to this one, on the event loop of the listener: one of each member, and a few
/// that have not said yet whose they are.
final class IncomingLinks: Sendable {
    private struct Streams {
        /// The oldest first.
        var strangers: [any Channel] = []
        var members: [MemberID: any Channel] = [:]
        var isStopped = false
    }

    private let environment: LinkEnvironment
    private let streams = Mutex(Streams())

    init(_ environment: LinkEnvironment) { self.environment = environment }

    /// - Returns: nil once it has stopped.
    func accept(_ channel: any Channel, on nonces: StreamNonces) -> MessageReceiver? {
        let (isTaken, oldest) = admit(channel)
        if let oldest {
            environment.counters.refusedStream()
            oldest.close(promise: nil)
        }
        guard isTaken else { return nil }
        keepAlive(channel)
        let (limits, counters, observer) = (environment.limits, environment.counters, environment.observer)
        let timeout = channel.eventLoop.scheduleTask(in: .milliseconds(Int64(limits.helloMilliseconds))) {
            counters.refusedStream()
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in
            timeout.cancel()
            self.forget(channel)
        }
        return MessageReceiver(for: environment.own, on: nonces, environment.cipher) { sender in
            timeout.cancel()
            return self.begin(channel, of: sender)
        } take: { message, sender in
            counters.received()
            observer.received(message, from: sender)
        } refused: {
            counters.refusedStream()
        }
    }

    /// Closes all of them, and takes no further one.
    func stop() async {
        let channels = streams.withLock { streams in
            defer { streams = Streams(isStopped: true) }
            return streams.strangers + streams.members.values
        }
        for channel in channels { channel.close(promise: nil) }
        for channel in channels { try? await channel.closeFuture.get() }
    }

    /// - Returns: the stranger that has to go for it, if any.
    private func admit(_ channel: any Channel) -> (isTaken: Bool, oldest: (any Channel)?) {
        streams.withLock { streams in
            guard !streams.isStopped else { return (false, nil) }
            streams.strangers.append(channel)
            guard streams.strangers.count > environment.limits.maximumStrangers else { return (true, nil) }
            return (true, streams.strangers.removeFirst())
        }
    }

    /// The older stream of a member ends: its other end is no more, though nothing may have said so.
    private func begin(_ channel: any Channel, of sender: MemberID) -> Bool {
        let (isTaken, older) = streams.withLock { streams -> (Bool, (any Channel)?) in
            guard let place = streams.strangers.firstIndex(where: { $0 === channel }),
                streams.members[sender] != nil || streams.members.count < environment.limits.maximumInbound
            else { return (false, nil) }
            streams.strangers.remove(at: place)
            return (true, streams.members.updateValue(channel, forKey: sender))
        }
        older?.close(promise: nil)
        return isTaken
    }

    private func forget(_ channel: any Channel) {
        streams.withLock { streams in
            streams.strangers.removeAll { $0 === channel }
            if let sender = streams.members.first(where: { $0.value === channel })?.key {
                streams.members[sender] = nil
            }
        }
    }

    /// Nothing is sent on these streams, so that the end of a host that says nothing has to be asked for.
    private func keepAlive(_ channel: any Channel) {
        _ = channel.setOption(.socketOption(.so_keepalive), value: 1)
        for (name, seconds) in [(TCP_KEEPIDLE, 30), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 3)] as [(CInt, Int)] {
            _ = channel.setOption(.tcpOption(NIOBSDSocket.Option(rawValue: name)), value: seconds)
        }
    }
}
