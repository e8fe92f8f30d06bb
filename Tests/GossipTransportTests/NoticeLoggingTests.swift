import ClusterModel
import Gossip
import TestServers
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
            let log = LogRecorder()
            notice.log(to: log.logger) { $0 == Self.member ? name : nil }
            #expect(log.lines.count == 1)
            #expect(log.lines.first?.contains(" \(key)=\(expected)") == true, "\(log.lines)")
        }
    }
}
