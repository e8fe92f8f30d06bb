import ClusterModel
import Cryptography
import Gossip
import GossipTransport
import Logging
import NIOCore
import NIOPosix
import PeerTransport
import RaftHost
import Synchronization
import TestServers

@testable import Daemon

/// A member on loopback: its streams, and the gossip port at which those of others come in.
final class LinkedMember: Sendable {
    let id: MemberID
    let links: PeerLinks
    let seen = Seen()
    private let gossip: GossipService

    /// What its streams have told.
    final class Seen: PeerLinksObserver, GossipObserver {
        private let messages = Mutex<[MemberID: [[UInt8]]]>([:])
        private let connections = Mutex<[MemberID: (connected: Int, lost: Int)]>([:])

        func received(_ message: [UInt8], from sender: MemberID) {
            messages.withLock { $0[sender, default: []].append(message) }
        }

        func connected(to member: MemberID) {
            connections.withLock { $0[member, default: (0, 0)].connected += 1 }
        }

        func lost(_ member: MemberID) { connections.withLock { $0[member, default: (0, 0)].lost += 1 } }

        func messages(from sender: MemberID) -> [[UInt8]] { messages.withLock { $0[sender] ?? [] } }
        var isEmpty: Bool { messages.withLock { $0.isEmpty } }
        func connections(to member: MemberID) -> Int { connections.withLock { $0[member]?.connected ?? 0 } }
        func losses(of member: MemberID) -> Int { connections.withLock { $0[member]?.lost ?? 0 } }
        func isConnected(to member: MemberID) -> Bool { connections(to: member) > losses(of: member) }

        func membershipChanged(_ members: [GossipMember]) {}
        func noticed(_ notice: GossipNotice) {}
        func name(of id: MemberID) -> String? { nil }
    }

    /// - Parameter listen: nil takes a port that nobody else has.
    init(
        _ number: UInt64,
        cipher: (any PeerCipher)? = nil,
        listen: HostPort? = nil,
        limits: LinkLimits = .patient,
        streamLimits: StreamLimits = .patient
    ) {
        id = Self.id(number)
        let group = MultiThreadedEventLoopGroup.singleton
        var logger = Logger(label: "links.test.\(number)")
        logger.logLevel = .critical
        links = PeerLinks(
            own: id,
            cipher: cipher,
            loop: group.next(),
            limits: limits,
            observer: seen,
            logger: logger
        )
        var configuration = GossipConfiguration(
            settings: GossipSettings(clusterName: "orders"),
            memberID: id,
            listen: listen ?? HostPort(host: "127.0.0.1", port: (try? PortAllocator.allocate()) ?? 0),
            record: [1]
        )
        configuration.limits = streamLimits
        gossip = GossipService(
            configuration: configuration,
            group: group,
            cipher: cipher,
            quorum: links,
            logger: logger
        )
    }

    static func id(_ number: UInt64) -> MemberID { MemberID(high: 1, low: number) }

    func start() async throws -> HostPort { try await gossip.start(reportingTo: seen) }

    func stop() async {
        await links.stop()
        await gossip.stop()
    }

    func metric(_ name: String) -> Int {
        switch links.metrics.first(where: { $0.name == name })?.value {
        case .counter(let number), .gauge(let number): number
        default: -1
        }
    }

    /// Sends until one has arrived that was sent here.
    func waitUntilHeard(by other: LinkedMember, saying message: [UInt8]) async throws {
        try await waitUntil("\(message) reaches \(other.id)") {
            links.send([(other.id, message)])
            return other.seen.messages(from: id).contains(message)
        }
    }
}

extension LinkLimits {
    /// A busy machine may take its time.
    static var patient: LinkLimits {
        var limits = LinkLimits()
        limits.connectMilliseconds = 60_000
        limits.unacknowledgedMilliseconds = 600_000
        limits.helloMilliseconds = 600_000
        return limits
    }
}

extension StreamLimits {
    static var patient: StreamLimits {
        var limits = StreamLimits()
        limits.timeoutMilliseconds = 600_000
        return limits
    }
}

/// Runs `body` with members of these numbers, 1 and up, each with streams to all others.
func withLinkedMembers(
    _ count: Int,
    cipher: (Int) throws -> (any PeerCipher)? = { _ in nil },
    limits: LinkLimits = .patient,
    _ body: ([LinkedMember], [HostPort]) async throws -> Void
) async throws {
    let members = try (0..<count).map { LinkedMember(UInt64($0 + 1), cipher: try cipher($0), limits: limits) }
    var failure: (any Error)?
    do {
        var addresses: [HostPort] = []
        for member in members { addresses.append(try await member.start()) }
        let all = Dictionary(uniqueKeysWithValues: zip(members.map(\.id), addresses))
        for member in members { member.links.keep(all) }
        try await waitUntil("everybody has streams to all others") {
            members.allSatisfy { $0.metric("QUORUM_STREAMS") == count - 1 }
        }
        try await body(members, addresses)
    } catch {
        failure = error
    }
    for member in members { await member.stop() }
    if let failure { throw failure }
}

/// The cipher that the sidecar has.
func keyringCipher(_ keys: String...) throws -> KeyringCipher {
    KeyringCipher(keyring: try keyring(keys), clusterName: "orders")
}

/// - Parameter keys: the first one seals.
func keyring(_ keys: [String]) throws -> GossipKeyring {
    try GossipKeyring(text: Array(keys.joined(separator: "\n").utf8), fileName: "keys")
}
