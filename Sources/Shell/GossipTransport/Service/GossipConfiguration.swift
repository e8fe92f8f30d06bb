package import ClusterModel
package import Gossip

/// What a `GossipService` needs to know.
package struct GossipConfiguration: Sendable {
    package var settings: GossipSettings
    package var memberID: MemberID
    /// Where to receive, UDP and TCP. Port 0 takes one that is free for both.
    package var listen: HostPort
    /// Where others reach this member. Nil: the address that was bound, unless that is a wildcard. Port 0: the bound one.
    package var advertise: HostPort?
    /// Names are resolved again on every try. The own address may be among them.
    package var seeds: [HostPort]
    /// The local member's first record.
    package var record: [UInt8]
    /// Tells this process from its former lives.
    package var bootID: BootID
    package var limits = StreamLimits()

    package init(
        settings: GossipSettings,
        memberID: MemberID,
        listen: HostPort,
        advertise: HostPort? = nil,
        seeds: [HostPort] = [],
        record: [UInt8],
        bootID: BootID = BootID(rawValue: UInt64.random(in: 1...UInt64.max))
    ) {
        self.settings = settings
        self.memberID = memberID
        self.listen = listen
        self.advertise = advertise
        self.seeds = seeds
        self.record = record
        self.bootID = bootID
    }
}

/// What streams may cost.
package struct StreamLimits: Hashable, Sendable {
    /// Streams of others at the same time; further ones are closed at once.
    package var maximumInbound = 64
    /// From the connection to the last byte, either way.
    package var timeoutMilliseconds = 5000
    /// The longest frame; longer ones are refused by their length alone.
    package var maximumFrameBytes = 16 * 1024 * 1024
    /// Bytes of unfinished frames of all inbound streams together.
    package var maximumInboundBytes = 64 * 1024 * 1024

    package init() {}
}
