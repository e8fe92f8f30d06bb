internal import ClusterModel
internal import NIOCore
internal import NIOPosix
internal import PeerTransport

/// Resolves names off the event loop and remembers them for datagrams.
///
/// Lives on the event loop. A remembered address is used while a fresh one is looked up, so that a slow name server
/// delays no probe.
struct AddressResolver {
    private struct Entry {
        var address: SocketAddress
        var resolvedAt: NIODeadline
    }

    /// Where packets of one who is to be found at a name came from.
    private struct Source {
        var address: SocketAddress
        var heardAt: NIODeadline
    }

    /// So long the source of a member's packets counts beside what its name leads to: longer than it is silent, and
    /// not for ever, since the host may have been given away.
    private static let sourceCountsFor = TimeAmount.seconds(60)
    private static let maximumEntries = 4096
    private static let freshFor = TimeAmount.seconds(10)
    /// After a failure a name is not looked up again for datagrams until this has passed.
    private static let pauseAfterFailure = TimeAmount.seconds(1)

    let family: AddressFamily
    private let loop: any EventLoop
    private var entries: [HostPort: Entry] = [:]
    private var failures: [HostPort: NIODeadline] = [:]
    private var sources: [HostPort: Source] = [:]
    private var underWay: Set<HostPort> = []

    init(family: AddressFamily, loop: any EventLoop) {
        self.family = family
        self.loop = loop
    }

    /// What is known now, and whether a lookup is due.
    func known(_ host: HostPort, now: NIODeadline) -> (address: SocketAddress?, needsLookup: Bool) {
        if let literal = NameLookup.literal(host, family: family) { return (literal, false) }
        let isIdle = !underWay.contains(host)
        if let entry = entries[host] { return (entry.address, isIdle && entry.resolvedAt + Self.freshFor < now) }
        if let failed = failures[host], failed + Self.pauseAfterFailure > now { return (nil, false) }
        return (nil, isIdle)
    }

    mutating func heard(from source: HostPort, of host: HostPort, now: NIODeadline) {
        guard let address = NameLookup.literal(source, family: family) else { return }
        if sources.count >= Self.maximumEntries { sources.removeAll() }
        sources[host] = Source(address: address, heardAt: now)
    }

    /// Where packets of the one at that name came from lately, if that is not where the name leads.
    func heardElsewhere(_ host: HostPort, now: NIODeadline) -> SocketAddress? {
        guard let source = sources[host], source.heardAt + Self.sourceCountsFor > now,
            source.address != entries[host]?.address
        else { return nil }
        return source.address
    }

    /// Begins a lookup; pass its result to `finished` on the event loop.
    mutating func lookUp(_ host: HostPort) -> EventLoopFuture<SocketAddress> {
        if let literal = NameLookup.literal(host, family: family) { return loop.makeSucceededFuture(literal) }
        underWay.insert(host)
        // The pool's threads are started by its first use: with addresses alone there are none.
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [family] in
            try NameLookup.first(of: host, family: family)
        }
    }

    mutating func finished(_ host: HostPort, _ result: Result<SocketAddress, any Error>, now: NIODeadline) {
        underWay.remove(host)
        if entries.count + failures.count >= Self.maximumEntries {
            entries.removeAll()
            failures.removeAll()
        }
        switch result {
        case .success(let address):
            entries[host] = Entry(address: address, resolvedAt: now)
            failures[host] = nil
        case .failure:
            // The old address, if any, is kept: it is more likely right than none.
            entries[host]?.resolvedAt = now
            failures[host] = now
        }
    }
}
