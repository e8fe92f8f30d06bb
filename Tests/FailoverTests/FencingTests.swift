import ClusterModel
import Failover
import Testing

/// A node, its clock, and what it was told to do.
private struct Node {
    var fencing = Fencing(now: BootTime(nanoseconds: 1_000_000_000))
    var milliseconds = 1_000

    var now: BootTime { at(milliseconds) }

    func at(_ milliseconds: Int) -> BootTime { BootTime(nanoseconds: UInt64(milliseconds) * 1_000_000) }

    @discardableResult
    mutating func tell(_ events: Fencing.Event..., after pause: Int = 0) -> [Fencing.Action] {
        milliseconds += pause
        return events.flatMap { fencing.handle($0, now: now) }
    }

    @discardableResult
    mutating func looks(_ server: Fencing.Server) -> [Fencing.Action] { tell(.looked(server, begun: now)) }

    mutating func right(for length: Int = 1_350) -> Fencing.Event {
        .right(.init(epoch: Epoch(rawValue: 1), ends: at(milliseconds + length)))
    }

    /// Primary by right, its server open.
    static var inOffice: Node {
        var node = Node()
        node.looks(.writable)
        node.tell(.said(.own), node.right())
        return node
    }
}

@Suite("When the gate is open and when mysqld is fenced")
struct FencingTests {
    @Test("A node begins closed, until it is known whether its server takes writes")
    func beginsClosed() {
        var node = Node()
        #expect(node.fencing.position == .closed(.starting))
        #expect(node.looks(.unknown).isEmpty)
        #expect(node.looks(.down).isEmpty)
        #expect(node.looks(.readOnly) == [.move(.free)])
        #expect(node.looks(.writable) == [.move(.closed(.starting))])
    }

    @Test("A writable server is open while its node has the right to it, and no moment longer")
    func lease() {
        var node = Node()
        node.looks(.writable)
        let right = node.right()
        #expect(node.tell(.said(.own), right) == [.move(.until(node.at(2_350)))])
        #expect(node.fencing.nextWakeUp(after: node.now) == node.at(2_350))
        let renewed = node.right(for: 2_000)
        #expect(node.tell(renewed) == [.move(.until(node.at(3_000)))])
        #expect(node.tell(.timer, after: 1_999).isEmpty)
        #expect(node.tell(.timer, after: 1) == [.move(.closed(.leaseEnded)), .fence])
    }

    @Test("A lease that is given up closes at once")
    func noRight() {
        var node = Node.inOffice
        #expect(node.tell(.right(nil)) == [.move(.closed(.leaseEnded)), .fence])
    }

    @Test("A server that was fenced serves as a replica does, and says so")
    func fenced() {
        var node = Node.inOffice
        node.tell(.right(nil))
        #expect(node.tell(.fenced(isReadOnly: true)) == [.tell(isFenced: true), .move(.free)])
        #expect(node.fencing.nextWakeUp(after: node.now) == nil)
    }

    @Test("A fence that did not succeed is tried again, behind a closed gate")
    func fenceFailed() {
        var node = Node.inOffice
        node.tell(.right(nil))
        #expect(node.tell(.fenced(isReadOnly: false)).isEmpty)
        #expect(node.fencing.position == .closed(.leaseEnded))
        #expect(node.fencing.nextWakeUp(after: node.now) == node.at(2_000))
        #expect(node.tell(.timer, after: 1_000) == [.fence])
    }

    @Test("The right that is back opens again what was fenced, the gate by its lease before")
    func back() {
        var node = Node.inOffice
        node.tell(.right(nil))
        node.tell(.fenced(isReadOnly: true))
        let right = node.right()
        #expect(node.tell(right) == [.open, .move(.until(node.at(2_350)))])
        // What a look saw while it was being opened counts for nothing.
        #expect(node.looks(.readOnly).isEmpty)
        let begun = node.now
        node.milliseconds += 10
        #expect(node.tell(.opened(.done)) == [.tell(isFenced: false)])
        #expect(node.tell(.looked(.readOnly, begun: begun)).isEmpty)
        #expect(node.fencing.position == .until(node.at(2_350)))
    }

    @Test("A lease that ends while the server is being opened closes, and fences when that is over")
    func endsWhileOpening() {
        var node = Node.inOffice
        node.tell(.right(nil))
        node.tell(.fenced(isReadOnly: true))
        let right = node.right()
        node.tell(right)
        #expect(node.tell(.timer, after: 1_350) == [.move(.closed(.leaseEnded))])
        #expect(node.tell(.opened(.done)) == [.tell(isFenced: false), .fence])
    }

    @Test("A server that others made read-only stays so")
    func notOurs() {
        var node = Node()
        node.looks(.readOnly)
        let right = node.right()
        #expect(node.tell(.said(.own), right).isEmpty)
        #expect(node.fencing.position == .free)
    }

    @Test("A marker of an earlier process opens what it fenced, or is found to be no more than a marker")
    func marker() {
        var node = Node()
        node.looks(.readOnly)
        #expect(node.tell(.marked(true)) == [.tell(isFenced: true)])
        let right = node.right()
        #expect(node.tell(.said(.own), right).contains(.open))
        #expect(node.tell(.opened(.notOurs)) == [.tell(isFenced: false), .move(.free)])
    }

    @Test("An opening that fails is tried again while the right lasts, and not after")
    func openingFailed() {
        var node = Node.inOffice
        node.tell(.right(nil))
        node.tell(.fenced(isReadOnly: true))
        let right = node.right(for: 1_500)
        node.tell(right)
        #expect(node.tell(.opened(.failed)).isEmpty)
        #expect(node.tell(.timer, after: 1_000) == [.open])
        node.tell(.opened(.failed))
        #expect(node.tell(.timer, after: 600) == [.move(.closed(.leaseEnded))])
    }

    @Test("A handover closes the gate at once and for good, until there is a right of another term")
    func handOver() {
        var node = Node.inOffice
        #expect(node.tell(.handOver) == [.move(.closed(.handingOver))])
        #expect(node.fencing.nextWakeUp(after: node.now) == node.at(4_000))
        let right = node.right()
        #expect(node.tell(right) == [.move(.until(node.at(2_350)))])
    }

    @Test("A second writable server is closed at once and fenced after a grace; a lone one is left to the quorum")
    func secondServer() {
        var node = Node()
        node.looks(.readOnly)
        node.tell(.said(.other(isInOffice: false)))
        #expect(node.looks(.writable) == [.move(.closed(.notPrimary))])
        #expect(node.tell(.timer, after: 60_000).isEmpty)
        #expect(node.tell(.said(.other(isInOffice: true))) == [.fence])

        var other = Node()
        other.looks(.readOnly)
        other.tell(.said(.other(isInOffice: true)))
        other.looks(.writable)
        #expect(other.tell(.timer, after: 2_999).isEmpty)
        #expect(other.tell(.timer, after: 1) == [.fence])
    }

    @Test("Before anybody was named nothing is fenced: the quorum goes by what the servers do")
    func undecided() {
        var node = Node()
        node.looks(.writable)
        #expect(node.tell(.said(.undecided), .timer, after: 60_000).isEmpty)
        #expect(node.fencing.position == .closed(.starting))
        #expect(node.fencing.nextWakeUp(after: node.now) == nil)
    }

    @Test(
        "A former primary that hears nothing after a restart is fenced after a grace",
        arguments: [
            Fencing.Word.unheard, .own,
        ]
    )
    func unheard(word: Fencing.Word) {
        var node = Node()
        node.looks(.writable)
        #expect(node.tell(.said(word)).isEmpty)
        #expect(node.tell(.timer, after: 4_999).isEmpty)
        #expect(node.tell(.timer, after: 1) == [.fence])
    }

    @Test("A process that stops in good order closes, and leaves the server as it is")
    func stopping() {
        var node = Node.inOffice
        #expect(node.tell(.stopping) == [.move(.closed(.handingOver))])
        #expect(node.tell(.right(nil), .timer, after: 60_000).isEmpty)
    }

    @Test("Whatever comes in whatever order: open only by a right that lasts or before a server seen read-only")
    func anyOrder() {
        var random = SeededRandom(state: 7)
        for _ in 0..<2_000 {
            var node = Node()
            var ends = node.at(0)
            var isReadOnlyBelieved = false
            for _ in 0..<60 {
                let event: Fencing.Event
                switch Int.random(in: 0..<12, using: &random) {
                case 0, 1:
                    let length = Int.random(in: 1...1_500, using: &random)
                    ends = node.at(node.milliseconds + length)
                    event = node.right(for: length)
                case 2: event = .right(nil)
                case 3: event = .handOver
                case 4: event = .said([.own, .unheard, .nobody, .undecided].randomElement(using: &random) ?? .own)
                case 5: event = .said(.other(isInOffice: .random(using: &random)))
                case 6: event = .looked(.writable, begun: node.now)
                case 7: event = .looked(.readOnly, begun: node.now)
                case 8: event = .fenced(isReadOnly: .random(using: &random))
                case 9: event = .opened([.done, .notOurs, .failed].randomElement(using: &random) ?? .done)
                case 10: event = .marked(.random(using: &random))
                default: event = .timer
                }
                switch event {
                case .right(nil), .handOver: ends = node.at(0)
                case .fenced(isReadOnly: true), .opened(.notOurs), .looked(.readOnly, _): isReadOnlyBelieved = true
                default: break
                }
                let actions = node.tell(event)
                if case .looked(.writable, _) = event { isReadOnlyBelieved = false }
                if actions.contains(.open) { isReadOnlyBelieved = false }
                let isRight =
                    switch node.fencing.position {
                    case .free: isReadOnlyBelieved
                    case .until(let end): end <= ends
                    case .closed: true
                    }
                // `#expect` at each step takes longer than the steps.
                if !isRight { Issue.record("\(node.fencing.position) after \(event)") }
                node.milliseconds += Int.random(in: 0...400, using: &random)
            }
        }
    }
}

private struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
