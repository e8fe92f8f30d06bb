internal import ClusterModel
internal import Configuration
internal import Logging
internal import NIOPosix
internal import Quorum
internal import RaftHost
internal import ServiceLifecycle

/// This node's part in the quorum, until it gives the lead away and leaves.
struct QuorumPart: Service {
    let quorum: QuorumService
    let reports: QuorumReports
    let logger: Logger

    func start() async {
        await reports.guarding?.start()
        await quorum.start(reportingTo: reports)
    }

    func run() async throws {
        for await _ in AsyncStream<Void>.never.cancelOnGracefulShutdown() {}
        // Clients have gone by now. Whoever is to lead next is told so without a server that is closed for a restart alone.
        await reports.guarding?.stop()
        await quorum.leave()
        await quorum.stop()
        logger.info("left the quorum")
    }
}

extension AsyncStream where Element == Void {
    /// Nothing ever comes.
    fileprivate static var never: Self { Self { _ in } }
}

extension QuorumService {
    /// - Returns: nil where the configuration has no section `election`.
    convenience init?(_ configuration: Configuration, id: MemberID, cipher: KeyringCipher?, logger: Logger) {
        guard let election = configuration.election else { return nil }
        var settings = QuorumSettings(raft: election.raft, voters: election.voters)
        settings.replaceAfterMilliseconds = election.replaceAfterMilliseconds
        self.init(
            QuorumConfiguration(
                member: id,
                folder: election.dataDirectory,
                settings: settings,
                campaigns: election.campaigns
            ),
            cipher: cipher,
            loop: MultiThreadedEventLoopGroup(numberOfThreads: 1).next(),
            logger: logger
        )
    }
}
