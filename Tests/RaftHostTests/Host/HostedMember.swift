import Clocks
import ClusterModel
import Cryptography
import Gossip
import GossipTransport
import Logging
import NIOPosix
import Quorum
import RaftHost
import Synchronization
import TestServers

@testable import Daemon

/// A member on loopback with a real store, and the gossip port at which the streams of others come in. What gossip would
/// tell is told by `HostedCluster`.
final class HostedMember: Sendable {
    let number: Int
    let id: MemberID
    let folder: String
    let seen = Seen()
    let service: QuorumService
    private let gossip: GossipService

    /// What the quorum has told it.
    final class Seen: QuorumObserver, GossipObserver {
        struct State {
            var right: PrimaryRight?
            var status: QuorumStatus?
            var words: QuorumWords?
            var services: [ServiceText: ServiceState] = [:]
            var notices: [QuorumNotice] = []
            var endings = 0
        }

        let state = Mutex(State())

        func rightChanged(_ right: PrimaryRight?) { state.withLock { $0.right = right } }

        func endRight(then done: @escaping @Sendable () -> Void) {
            state.withLock {
                $0.right = nil
                $0.endings += 1
            }
            done()
        }

        func quorumChanged(_ status: QuorumStatus, words: QuorumWords) {
            state.withLock {
                $0.status = status
                $0.words = words
            }
        }

        func servicesChanged(_ services: [ServiceText: ServiceState?]) {
            state.withLock { state in for (name, service) in services { state.services[name] = service } }
        }

        func noticed(_ notice: QuorumNotice) { state.withLock { $0.notices.append(notice) } }

        func membershipChanged(_ members: [GossipMember]) {}
        func noticed(_ notice: GossipNotice) {}
        func name(of id: MemberID) -> String? { nil }
    }

    init(_ number: Int, folder: String, cipher: KeyringCipher?, listen: HostPort) {
        self.number = number
        self.folder = folder
        id = MemberID(high: 1, low: UInt64(number))
        let group = MultiThreadedEventLoopGroup.singleton
        var logger = Logger(label: "quorum.test.\(number)")
        logger.logLevel = .critical
        service = QuorumService(
            QuorumConfiguration(member: id, folder: folder, settings: QuorumSettings()),
            cipher: cipher,
            loop: group.next(),
            logger: logger
        )
        gossip = GossipService(
            configuration: GossipConfiguration(
                settings: GossipSettings(clusterName: "orders"),
                memberID: id,
                listen: listen,
                record: [1]
            ),
            group: group,
            cipher: cipher,
            quorum: service.acceptor,
            logger: logger
        )
    }

    func start() async throws {
        _ = try await gossip.start(reportingTo: seen)
        await service.start(reportingTo: seen)
    }

    func stop() async {
        await service.stop()
        await gossip.stop()
    }

    var status: QuorumStatus? { seen.state.withLock { $0.status } }
    var words: QuorumWords? { seen.state.withLock { $0.words } }
    var leads: Bool { status.map { $0.leader == id && $0.hasQuorum } ?? false }
    /// At this moment.
    var hasRight: Bool { seen.state.withLock { $0.right }.map { Clocks.boot < $0.ends } ?? false }
}

/// Members that hear of each other as by gossip.
final class HostedCluster: Sendable {
    private struct State {
        var members: [Int: HostedMember] = [:]
        var last: [Int: QuorumMember] = [:]
    }

    let addresses: [HostPort]
    let folders: [String]
    private let cipher: KeyringCipher?
    private let state = Mutex(State())
    /// Whose server is writable.
    let primary = Mutex<Int?>(nil)

    init(_ count: Int) throws {
        addresses = try (0..<count).map { _ in HostPort(host: "127.0.0.1", port: try PortAllocator.allocate()) }
        folders = try (0..<count).map { _ in try TemporaryRoot.makeDirectory("quorum") }
        cipher = try keyringCipher(GossipKeyring.generateKey())
    }

    var members: [HostedMember] { state.withLock { $0.members.values.sorted { $0.number < $1.number } } }

    func member(_ number: Int) -> HostedMember? { state.withLock { $0.members[number] } }

    @discardableResult
    func start(_ number: Int, folder: String? = nil) async throws -> HostedMember {
        let member = HostedMember(
            number,
            folder: folder ?? folders[number - 1],
            cipher: cipher,
            listen: addresses[number - 1]
        )
        state.withLock { $0.members[number] = member }
        try await member.start()
        return member
    }

    func stop(_ number: Int) async {
        let member = state.withLock { $0.members.removeValue(forKey: number) }
        await member?.stop()
    }

    func stopAll() async { for number in 1...addresses.count { await stop(number) } }

    /// Everyone hears how everyone is.
    func gossip() {
        let running = members
        let writable = primary.withLock { $0 }
        let all = state.withLock { state in
            for number in state.last.keys { state.last[number]?.liveness = .dead }
            for member in running {
                state.last[member.number] = QuorumMember(
                    id: member.id,
                    server: writable == member.number ? .writable : .readOnly,
                    words: member.words
                )
            }
            return state.last
        }
        let places = Dictionary(uniqueKeysWithValues: all.map { ($0.value.id, addresses[$0.key - 1]) })
        let observed: ObservedPrimary = writable.flatMap { all[$0] }.map { .one($0.id) } ?? .none
        for member in running {
            let members = QuorumMembers(members: Array(all.values), addresses: places, isComplete: true)
            member.service.membersChanged(members)
            member.service.observed(observed)
        }
    }

    func wait(_ what: String, until condition: () -> Bool) async throws {
        try await waitUntil("\(what)") {
            self.gossip()
            return condition()
        }
    }
}

/// Runs `body` with so many members, the first three of which have founded a quorum.
func withHostedCluster(_ count: Int = 3, _ body: (HostedCluster) async throws -> Void) async throws {
    let cluster = try HostedCluster(count)
    var failure: (any Error)?
    do {
        for number in 1...3 { try await cluster.start(number) }
        try await cluster.wait("somebody leads") { cluster.members.contains { $0.leads } }
        try await body(cluster)
    } catch {
        failure = error
    }
    await cluster.stopAll()
    if let failure { throw failure }
}
