package import ClusterModel
package import Logging
internal import Metrics
package import NIOCore
package import PeerTransport

/// The streams between this member and the others of its quorum: messages go one way on each, so that there is one to each
/// member and one from each.
///
/// They expect losses and hide none: a message arrives once at most, behind those that were sent before it on the same
/// stream, or never. All methods can be called from any thread.
package final class PeerLinks: PeerStreamAcceptor, MetricSource {
    private struct Outgoing {
        var links: [MemberID: OutgoingLink] = [:]
        var isStopped = false
    }

    private let environment: LinkEnvironment
    private let outgoing: NIOLoopBoundBox<Outgoing>
    private let outbox: Outbox
    private let incoming: IncomingLinks

    /// - Parameters:
    ///   - own: this member.
    ///   - cipher: nil where streams are not sealed.
    ///   - loop: of the streams to others; one of SwiftNIO's own.
    package init(
        own: MemberID,
        cipher: (any PeerCipher)?,
        loop: any EventLoop,
        limits: LinkLimits = LinkLimits(),
        observer: any PeerLinksObserver,
        logger: Logger
    ) {
        environment = LinkEnvironment(
            own: own,
            cipher: cipher,
            loop: loop,
            limits: limits,
            observer: observer,
            logger: logger
        )
        outgoing = .makeBoxSendingValue(Outgoing(), eventLoop: loop)
        outbox = Outbox(maximumBytes: limits.maximumWaitingBytes)
        incoming = IncomingLinks(environment)
    }

    /// Opens streams to these members, and closes those to all others; one at another address than before is opened anew.
    /// This member may be among them.
    package func keep(_ peers: [MemberID: HostPort]) {
        environment.loop.execute { self.keepNow(peers) }
    }

    /// Sends them in this order, or drops those to members without a stream and those that do not take what was sent before.
    package func send(_ messages: [(MemberID, [UInt8])]) {
        let (isFirst, dropped) = outbox.put(messages)
        if dropped > 0 { environment.counters.dropped(dropped) }
        if isFirst { environment.loop.execute { self.sendNow() } }
    }

    package func accept(_ channel: any Channel, on nonces: StreamNonces) -> (any ChannelHandler)? {
        incoming.accept(channel, on: nonces)
    }

    /// Returns when all streams are closed; there will be no others.
    package func stop() async {
        try? await environment.loop.flatSubmit { self.stopNow() }.get()
        await incoming.stop()
    }

    /// Those of the end, once it has stopped.
    package var metrics: [Metric] { environment.counters.metrics }

    // MARK: On the loop

    private func keepNow(_ peers: [MemberID: HostPort]) {
        guard !outgoing.value.isStopped else { return }
        for (member, link) in outgoing.value.links where peers[member] == nil {
            outgoing.value.links[member] = nil
            link.end()
        }
        for (member, address) in peers where member != environment.own {
            if let link = outgoing.value.links[member] {
                link.move(to: address)
            } else {
                outgoing.value.links[member] = OutgoingLink(to: member, at: address, environment)
            }
        }
    }

    private func sendNow() {
        var touched: Set<MemberID> = []
        for (member, message) in outbox.takeAll() {
            if let link = outgoing.value.links[member], link.send(message) {
                environment.counters.sent()
                touched.insert(member)
            } else {
                environment.counters.dropped()
            }
        }
        for member in touched { outgoing.value.links[member]?.flush() }
    }

    private func stopNow() -> EventLoopFuture<Void> {
        outgoing.value.isStopped = true
        let ends = outgoing.value.links.values.map { $0.end() }
        outgoing.value.links = [:]
        return EventLoopFuture.andAllComplete(ends, on: environment.loop)
    }
}
