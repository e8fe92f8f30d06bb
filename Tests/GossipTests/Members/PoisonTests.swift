import ClusterModel
import Testing

@testable import Gossip

/// A number that somebody makes up about another member.
enum MadeUp: UInt64, CaseIterable {
    case end = 0xffff_ffff_ffff_ffff
    case greatestRead = 0x4000_0000_0000_0000
    case leap = 0x2_0000_0000
    case greatestCredible = 0x1_0000_0000
}

@Suite("Numbers that somebody makes up")
struct PoisonTests {
    @Test("are not read at the end of their range", arguments: [.max, (1 << 62) + 1] as [UInt64])
    func notRead(number: UInt64) {
        let claims: [Datagram.Item] = [
            .claim(Sample.claim(2, .alive, number)),
            .record(owner: Sample.id(2), record: Sample.record(number, [1]), urgency: .urgent),
            .digest(owner: Sample.id(2), stamp: Sample.stamp(number), urgency: .urgent),
        ]
        for item in claims {
            let bytes = Datagram(header: Sample.header(), message: .gossip, items: [item]).encoded()
            #expect(throws: MessageRefusal.malformed) { try Datagram(decoding: bytes[...], clusterName: "orders") }
        }
        let header = Datagram(header: Sample.header(incarnation: number), message: .gossip, items: []).encoded()
        #expect(throws: MessageRefusal.malformed) { try Datagram(decoding: header[...], clusterName: "orders") }
    }

    @Test("a port that nobody has is not read")
    func portZero() {
        let claim = Sample.claim(2, .alive, 1, at: HostPort(host: "10.0.0.2", port: 0))
        let bytes = Datagram(header: Sample.header(), message: .gossip, items: [.claim(claim)]).encoded()
        #expect(throws: MessageRefusal.malformed) { try Datagram(decoding: bytes[...], clusterName: "orders") }
    }

    @Test("a leap is refused and counted; what a member says itself ends one that was believed at first")
    func leap() throws {
        var driver = Driver()
        let high: UInt64 = 1 << 61
        driver.hear([.claim(Sample.claim(2, .alive, high, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        let ack = driver.hear([], .ping(sequence: 4, target: Sample.id(1)), header: Sample.header(incarnation: 7))
        #expect(ack.datagrams.first?.1.message == .ack(sequence: 4, reception: .unknown))
        driver.hear([.claim(Sample.claim(2, .alive, 7, at: Sample.elsewhere))], header: Sample.header(incarnation: 7))
        #expect(driver.node.claim(of: Sample.id(2))?.incarnation.rawValue == 7)
        driver.hear([.claim(Sample.claim(2, .dead, high, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .alive)
        #expect(driver.node.counters.incredibleNumbers == 1)
        // It may have had to outbid somebody elsewhere.
        driver.hear([], header: Sample.header(incarnation: 1 << 40))
        #expect(driver.node.claim(of: Sample.id(2))?.incarnation.rawValue == 1 << 40)
    }

    @Test("records: the same, by datagram and by stream")
    func records() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        func hear(_ version: UInt64, _ bytes: [UInt8], sender: UInt64) {
            let item = Datagram.Item.record(
                owner: Sample.id(2),
                record: Sample.record(version, bytes),
                urgency: .urgent
            )
            driver.hear([item], header: Sample.header(sender: sender))
        }
        hear(1 << 61, [66], sender: 3)
        hear(12, [7], sender: 3)
        #expect(driver.node.record(of: Sample.id(2))?.bytes == [66])
        hear(12, [7], sender: 2)
        #expect(driver.node.record(of: Sample.id(2))?.bytes == [7])
        hear(1 << 61, [66], sender: 3)
        #expect(driver.node.record(of: Sample.id(2))?.bytes == [7])
        hear(13, [8], sender: 3)
        #expect(driver.node.record(of: Sample.id(2))?.bytes == [8])
    }

    @Test("a record that somebody else wrote in this member's name is outbid, also under the present version")
    func ownRecord() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        let forged = Datagram.Item.record(
            owner: Sample.id(1),
            record: Sample.record(1, boot: 100, [9]),
            urgency: .urgent
        )
        driver.hear([forged])
        #expect(driver.node.localRecord == Sample.record(2, boot: 100, [1]))
    }

    /// One member lies to all about another, then is gone.
    @Test(
        "leave with the member that said them: its victim is seen as it is, and can restart",
        arguments: MadeUp.allCases
    )
    func leaveWithTheLiar(number: MadeUp) {
        let cluster = VirtualCluster(seed: 3)
        #expect(cluster.startWhole(5))
        let victim = cluster.processes[1]
        let liar = cluster.processes[4]
        // One that joins meanwhile learns of the victim from the liar first.
        let newcomer = cluster.start(6, seeds: [5])
        var header = liar.node.makeHeader()
        for liveness in [Liveness.alive, .dead] {
            for bootID in [victim.node.local.claim.bootID, BootID(rawValue: 77)] {
                var claim = victim.node.local.claim.saying(liveness)
                claim.incarnation = Incarnation(rawValue: number.rawValue)
                claim.bootID = bootID
                let stamp = RecordStamp(version: RecordVersion(rawValue: number.rawValue), bootID: bootID)
                let record = VersionedRecord(stamp: stamp, bytes: [66])
                for process in cluster.processes where process !== liar {
                    header.number += 1
                    let items: [Datagram.Item] = [
                        .claim(claim), .record(owner: victim.node.id, record: record, urgency: .urgent),
                    ]
                    let bytes = Datagram(header: header, message: .gossip, items: items).encoded()
                    cluster.send(.datagram(from: liar.address, bytes: bytes), to: process)
                }
            }
        }
        cluster.run(forMilliseconds: 2_000)
        cluster.kill(liar)
        #expect(cluster.run(forMilliseconds: 60_000) { cluster.isWhole })
        cluster.kill(victim)
        cluster.run(forMilliseconds: 10_000)
        #expect(cluster.liveness(of: victim.node.id, by: newcomer) == .dead)
        cluster.start(2, seeds: [1, 3])
        #expect(cluster.run(forMilliseconds: 60_000) { cluster.isWhole })
    }
}
