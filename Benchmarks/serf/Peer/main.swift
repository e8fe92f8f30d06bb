// One gossip member and nothing else: what `Benchmarks/serf/run` starts beside serf's agents.
//
//   gossip-peer NUMBER LISTEN SEED
//
// Prints `present N` whenever the number of members that it takes for living ones changes.
internal import ClusterModel
internal import Glibc
internal import Gossip
internal import GossipTransport
internal import Logging
internal import NIOPosix
internal import Synchronization

/// One write a line: nothing is kept back for a pipe. Without Foundation, whose libraries would be most of the memory.
@Sendable func say(_ line: String, to descriptor: CInt) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(descriptor, bytes, bytes.count)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let number = UInt64(arguments[1]), let listen = HostPort(arguments[2]),
    let seed = HostPort(arguments[3])
else {
    say("usage: gossip-peer NUMBER LISTEN SEED", to: STDERR_FILENO)
    exit(64)
}

// As serf's LAN profile has them.
var settings = GossipSettings(clusterName: "benchmark")
settings.probeIntervalMilliseconds = 1000
settings.ackTimeoutMilliseconds = 500
settings.gossipIntervalMilliseconds = 200
settings.suspicionMultiplier = 4
settings.suspicionMaximumFactor = 6
settings.pushPullIntervalMilliseconds = 30_000

var configuration = GossipConfiguration(
    settings: settings,
    memberID: MemberID(high: number &* 0x9e37_79b9_7f4a_7c15, low: number),
    listen: listen,
    seeds: [seed],
    record: Array(repeating: 0, count: 200)
)
configuration.advertise = listen
var logger = Logger(label: "gossip")
logger.logLevel = .critical

let lastPresent = Mutex(-1)
let service = GossipService(
    configuration: configuration,
    group: MultiThreadedEventLoopGroup(numberOfThreads: 1),
    cipher: nil,
    logger: logger
)

struct Counting: GossipObserver {
    func membershipChanged(_ members: [GossipMember]) {
        // Suspects count: serf does not report them.
        let present = members.filter { $0.liveness == .alive || $0.liveness == .suspect }.count
        lastPresent.withLock { last in
            guard last != present else { return }
            last = present
            say("present \(present)", to: STDOUT_FILENO)
        }
    }

    func noticed(_ notice: GossipNotice) {}

    func name(of id: MemberID) -> String? { nil }
}

do {
    _ = try await service.start(reportingTo: Counting())
    while true { try await Task.sleep(for: .seconds(3600)) }
} catch {
    say("\(error)", to: STDERR_FILENO)
    exit(1)
}
