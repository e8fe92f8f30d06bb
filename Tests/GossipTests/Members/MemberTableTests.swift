import ClusterModel
import Testing

@testable import Gossip

@Suite("The table of members")
struct MemberTableTests {
    private func insert(_ number: UInt64, _ liveness: Liveness = .alive, into table: inout MemberTable) {
        let address = HostPort(host: "10.1.\(number / 256).\(number % 256)", port: 6307)
        table.set(
            Sample.claim(number, liveness, 1, at: address),
            since: Sample.time(0),
            heard: Sample.time(0),
            suspicion: nil
        )
    }

    @Test("whatever is added and removed, exactly those that are in are found, and counted", arguments: 0..<10)
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = MemberTable()
        var model: [UInt64: Liveness] = [:]
        for _ in 0..<3000 {
            let number = UInt64.random(in: 0..<300, using: &random)
            if Bool.random(using: &random), let slot = table.slot(of: Sample.id(number)) {
                table.remove(slot)
                model[number] = nil
            } else {
                let liveness = Liveness.allCases.randomElement(using: &random) ?? .alive
                insert(number, liveness, into: &table)
                model[number] = liveness
            }
        }
        for number: UInt64 in 0..<300 {
            #expect(table.slot(of: Sample.id(number)).map { table.liveness(at: $0) } == model[number])
        }
        #expect(table.count == model.count)
        #expect(table.presentCount == model.values.filter(\.isPresent).count)
        #expect(table.absent.count == model.values.filter { !$0.isPresent }.count)
        #expect(Set(table.slots.map { table.id(at: $0).low }) == Set(model.keys))
        // Forgotten members' places are used again.
        #expect(table.slotCount <= 300)
    }

    @Test("two tables with the same contents have the same sums, however they came about", arguments: 0..<5)
    func digest(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var one = MemberTable()
        var other = MemberTable()
        for number: UInt64 in 0..<200 { insert(number, into: &one) }
        for number in (UInt64(0)..<250).shuffled(using: &random) { insert(number, .dead, into: &other) }
        for number: UInt64 in 200..<250 { other.remove(try #require(other.slot(of: Sample.id(number)))) }
        #expect(one.digest.groups != other.digest.groups)
        for number: UInt64 in 0..<200 { insert(number, into: &other) }
        #expect(one.digest.groups == other.digest.groups)

        let slot = try #require(one.slot(of: Sample.id(17)))
        one.setRecord(Sample.record(1, [1]), at: slot)
        let differing = zip(one.digest.groups, other.digest.groups).filter { $0 != $1 }
        #expect(differing.count == 1)
        one.remove(slot)
        other.remove(try #require(other.slot(of: Sample.id(17))))
        #expect(one.digest.groups == other.digest.groups)
    }

    @Test("who died long ago makes no difference")
    func old() throws {
        var one = MemberTable()
        let empty = one.digest.groups
        insert(5, .dead, into: &one)
        #expect(one.digest.groups != empty)
        let slot = try #require(one.slot(of: Sample.id(5)))
        one.markOld(slot)
        #expect(one.digest.groups == empty)
        one.markOld(slot)
        one.remove(slot)
        #expect(one.digest.groups == empty)
    }

    @Test("a sample has different members, each wanted, and all there are if they are few", arguments: [3, 40, 400])
    func sample(count: UInt64) {
        var random = SeededGenerator(seed: count)
        var table = MemberTable()
        for number in 0..<count { insert(number, number % 2 == 0 ? .alive : .dead, into: &table) }
        for _ in 0..<50 {
            let chosen = table.sample(3, using: &random) { table.liveness(at: $0) == .alive }
            #expect(Set(chosen).count == chosen.count)
            #expect(chosen.count == min(3, Int((count + 1) / 2)))
            #expect(chosen.allSatisfy { table.liveness(at: $0) == .alive })
        }
    }
}
