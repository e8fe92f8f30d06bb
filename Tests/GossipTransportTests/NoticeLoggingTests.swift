import ClusterModel
import Gossip
import Logging
import Synchronization
import Testing

@testable import GossipTransport

@Suite struct NoticeLoggingTests {
    private static let member = MemberID(high: 1, low: 2)
    private static let address = HostPort(host: "10.0.0.2", port: 6307)

    @Test(
        "a line about a member has its name beside its UUID, or the UUID alone while the name is not known",
        arguments: [
            (GossipNotice.joined(through: member), "through"),
            (.memberChanged(member, from: .alive, to: .suspect, address: address), "member"),
            (.memberForgotten(member), "member"), (.nameConflict(member, kept: address, refused: address), "member"),
            (.datagramsLost(member), "member"),
        ]
    )
    func names(notice: GossipNotice, key: String) {
        for (name, expected) in [("db2", "db2 (\(Self.member))"), (nil, "\(Self.member)")] {
            let log = MetadataRecorder()
            notice.log(to: log.logger) { $0 == Self.member ? name : nil }
            #expect(log.entries.map { "\($0[key] ?? "")" } == [expected])
        }
    }
}

/// Keeps the metadata of what is logged.
private final class MetadataRecorder: Sendable {
    private let recorded = Mutex<[Logger.Metadata]>([])

    var entries: [Logger.Metadata] { recorded.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: MetadataRecorder
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.recorded.withLock { $0.append(event.metadata ?? [:]) }
        }
    }
}
