import Testing

@testable import Simulator

@Suite("The simulated network")
struct NetworkModelTests {
    private let one = HostID(0)
    private let two = HostID(1)

    @Test("so many packets are lost and doubled as was asked for")
    func rates() {
        var random = SimulatorRandom(seed: 1)
        var network = NetworkModel()
        network.loss = 0.2
        network.duplication = 0.1
        let copies = (0..<20_000).map { _ in network.datagram(from: one, to: two, using: &random).count }
        #expect(abs(Double(copies.filter { $0 == 0 }.count) / 20_000 - 0.2) < 0.01)
        #expect(abs(Double(copies.filter { $0 == 2 }.count) / 20_000 - 0.08) < 0.01)
    }

    @Test("a partition cuts both ways, a one-way one only one; streams need both ways")
    func partition() {
        var random = SimulatorRandom(seed: 2)
        var network = NetworkModel()
        network.sides = [0, 1]
        #expect(network.isCut(from: one, to: two) && network.isCut(from: two, to: one))
        network.isOneWay = true
        #expect(network.isCut(from: one, to: two) && !network.isCut(from: two, to: one))
        #expect(network.stream(from: two, to: one, roundTrips: 1, using: &random) == nil)
        network.sides = []
        network.cutPairs = [HostPair(from: one, to: two)]
        #expect(network.isCut(from: one, to: two) && !network.isCut(from: two, to: one))
    }

    @Test("a stream gets through where packets are lost, only later")
    func streams() {
        var random = SimulatorRandom(seed: 3)
        var network = NetworkModel()
        let clear = (0..<500).compactMap { _ in network.stream(from: one, to: two, roundTrips: 3, using: &random) }
        network.loss = 0.3
        let lossy = (0..<500).compactMap { _ in network.stream(from: one, to: two, roundTrips: 3, using: &random) }
        #expect(clear.count == 500)
        #expect(lossy.count > 480)
        #expect(lossy.reduce(0, +) / lossy.count > 10 * (clear.reduce(0, +) / clear.count))
    }

    @Test("the mean of an exponential latency is the least time and the mean")
    func latency() {
        var random = SimulatorRandom(seed: 4)
        var network = NetworkModel()
        network.latency = .exponential(minimumMicroseconds: 100, meanMicroseconds: 400)
        let delays = (0..<20_000).flatMap { _ in network.datagram(from: one, to: two, using: &random) }
        #expect(abs(delays.reduce(0, +) / delays.count - 500) < 20)
        #expect((delays.min() ?? 0) >= 100)
    }
}
