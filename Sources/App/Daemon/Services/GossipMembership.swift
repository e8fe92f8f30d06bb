internal import ClusterModel
internal import Configuration
internal import Gossip
internal import GossipTransport
internal import Logging
internal import NIOPosix
internal import RaftHost
internal import ServiceLifecycle

/// This node among the members, until it tells them good-bye.
struct GossipMembership: Service {
    let gossip: GossipService
    let news: MembershipNews
    let logger: Logger

    func start() async throws {
        do {
            try await gossip.start(reportingTo: news)
        } catch let error as GossipTransportError {
            throw PartFailure(message: "\(error)")
        }
    }

    func run() async throws {
        try await gossip.failures.waitForStop()
        await gossip.leave()
        await gossip.stop()
        logger.info("left the cluster")
    }
}

extension GossipService {
    convenience init(
        _ configuration: Configuration,
        id: MemberID,
        record: MemberRecord,
        cipher: KeyringCipher?,
        quorum: QuorumService?,
        logger: Logger
    ) {
        var settings = configuration.gossip.profile.settings(clusterName: configuration.cluster.name)
        settings.probe(everyMilliseconds: configuration.gossip.probeIntervalMilliseconds)
        settings.forgetAfterMilliseconds = configuration.gossip.forgetAfterMilliseconds
        self.init(
            configuration: GossipConfiguration(
                settings: settings,
                memberID: id,
                listen: configuration.gossip.listen,
                advertise: configuration.gossip.advertise,
                seeds: configuration.gossip.seeds,
                record: record.encoded()
            ),
            group: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            cipher: cipher,
            quorum: quorum?.acceptor,
            logger: logger
        )
    }
}
