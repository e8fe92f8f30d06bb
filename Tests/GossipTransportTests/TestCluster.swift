import ClusterModel
import Gossip
import GossipTransport
import Logging
import NIOPosix
import PeerTransport
import Synchronization
import TestServers

/// One gossip service on loopback, and what it last said of the membership.
final class TestMember: Sendable {
    let service: GossipService
    private let seen: Seen

    /// A reference, for the service's callback.
    private final class Seen: GossipObserver {
        let members = Mutex<[GossipMember]>([])
        let reports = Mutex(0)
        let notices = Mutex<[GossipNotice]>([])

        func membershipChanged(_ members: [GossipMember]) {
            self.members.withLock { $0 = members }
            reports.withLock { $0 += 1 }
        }

        func noticed(_ notice: GossipNotice) { notices.withLock { $0.append(notice) } }

        func name(of id: MemberID) -> String? { nil }
    }

    init(
        _ number: UInt64,
        cluster: String = "orders",
        listen: HostPort? = nil,
        advertise: HostPort? = nil,
        seeds: [HostPort] = [],
        record: [UInt8]? = nil,
        cipher: (any PeerCipher)? = nil,
        limits: StreamLimits = .patient,
        versions: ProtocolVersions = .supported
    ) {
        var settings = GossipSettings(clusterName: cluster)
        settings.protocolVersions = versions
        var configuration = GossipConfiguration(
            settings: settings,
            memberID: Self.id(number),
            // Not one that the kernel hands out: a member that restarts must find its port free.
            listen: listen ?? HostPort(host: "127.0.0.1", port: (try? PortAllocator.allocate()) ?? 0),
            advertise: advertise,
            seeds: seeds,
            record: record ?? [UInt8(truncatingIfNeeded: number)]
        )
        configuration.limits = limits
        seen = Seen()
        var logger = Logger(label: "gossip.test.\(number)")
        logger.logLevel = .critical
        service = GossipService(
            configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton,
            cipher: cipher,
            logger: logger
        )
    }

    @discardableResult
    func start() async throws -> HostPort { try await service.start(reportingTo: seen) }

    static func id(_ number: UInt64) -> MemberID { MemberID(high: 1, low: number) }

    var members: [GossipMember] { seen.members.withLock { $0 } }
    var notices: [GossipNotice] { seen.notices.withLock { $0 } }
    var reports: Int { seen.reports.withLock { $0 } }

    func view(of number: UInt64) -> GossipMember? { members.first { $0.id == Self.id(number) } }

    func sees(_ numbers: [UInt64]) -> Bool {
        numbers.allSatisfy { view(of: $0)?.liveness == .alive && view(of: $0)?.record != nil }
    }
}

extension StreamLimits {
    /// A busy machine may take its time between two lines of a test.
    static var patient: StreamLimits {
        var limits = StreamLimits()
        limits.timeoutMilliseconds = 600_000
        return limits
    }
}

/// - Parameter limit: ample on a quiet machine; six times that is waited, for tests that run beside many others.
/// - Returns: the time it took until `condition` held; nil if it did not.
func eventually(within limit: Duration, _ condition: () async -> Bool) async throws -> Duration? {
    let clock = ContinuousClock()
    let start = clock.now
    while true {
        if await condition() { return clock.now - start }
        if clock.now - start > limit * 6 { return nil }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Starts members 1 to 3 with each other as seeds, waits until they are whole, and stops them after `body`.
func withThreeMembers(
    cipher: (any PeerCipher)? = nil,
    _ body: ([TestMember], [HostPort]) async throws -> Void
) async throws {
    let first = TestMember(1, cipher: cipher)
    let seed = try await first.start()
    let second = TestMember(2, seeds: [seed], cipher: cipher)
    let third = TestMember(3, seeds: [seed], cipher: cipher)
    let members = [first, second, third]
    var addresses = [seed]
    var failure: (any Error)?
    do {
        addresses.append(try await second.start())
        addresses.append(try await third.start())
        guard try await eventually(within: .seconds(15), { members.allSatisfy { $0.sees([1, 2, 3]) } }) != nil else {
            throw NotWhole()
        }
        try await body(members, addresses)
    } catch {
        failure = error
    }
    for member in members { await member.service.stop() }
    if let failure { throw failure }
}

struct NotWhole: Error {}
