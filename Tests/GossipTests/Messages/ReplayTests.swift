import ClusterModel
import Testing

@testable import Gossip

@Suite("Datagrams that are recorded and sent again")
struct ReplayTests {
    @Test(
        "each number is taken once, and one far behind not at all",
        arguments: [
            ([1, 2, 3], [true, true, true]),
            ([5, 5], [true, false]),
            ([5, 3, 4, 3, 5], [true, true, true, false, false]),
            ([1, 64, 1, 65, 1, 2], [true, true, false, true, false, true]),
            ([100, 36, 37, 37], [true, false, true, false]),
            ([1, 1 << 40, 1, 1 << 40], [true, true, false, false]),
            ([1 << 55, 1 << 55 + 63, 1 << 55, 1 << 55 + 1], [true, true, false, true]),
        ] as [([UInt64], [Bool])]
    )
    func window(numbers: [UInt64], expected: [Bool]) {
        var windows = ReplayWindows()
        let taken = numbers.map { windows.accept($0, of: BootID(rawValue: 1)) }
        #expect(taken == expected)
        let isOthersTaken = windows.accept(numbers[0], of: BootID(rawValue: 2))
        #expect(isOthersTaken)
    }

    private func ping(_ number: UInt64, boot: UInt64 = 1) -> GossipEvent {
        var header = Sample.header(boot: boot)
        header.number = number
        let datagram = Datagram(header: header, message: .ping(sequence: 4, target: Sample.id(1)), items: [])
        return .datagram(from: Sample.elsewhere, sealedBy: Sample.id(2), bytes: datagram.encoded())
    }

    @Test("a sealed ping is answered once, from a member, a former life of it, and a stranger", arguments: [1, 9])
    func ping(boot: UInt64) {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        let answers = ([5] + Array(repeating: 5, count: 10) + [6]).map {
            driver.handle(ping($0, boot: boot)).datagrams.count
        }
        #expect(answers == [1] + Array(repeating: 0, count: 10) + [1])
        #expect(driver.node.counters.replays == 10)
    }

    /// Else one lie of an insider would make a member deaf to another for ever.
    @Test("a number that a member will not reach ends with the suspicion that follows")
    func poisonedNumber() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.handle(ping(1 << 50))
        let before = driver.handle(ping(7)).datagrams
        #expect(before.isEmpty)
        driver.hear([.claim(Sample.claim(2, .suspect, 1, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        let after = driver.handle(ping(8)).datagrams
        #expect(after.count == 1)
    }

    @Test("each packet of a node has a number of its own")
    func numbers() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        let numbers = driver.advance(milliseconds: 5_000).datagrams.map(\.1.header.number)
        #expect(numbers.count > 5)
        #expect(Set(numbers).count == numbers.count)
    }
}
