import Testing
import WirePackets

@testable import MySQLWire

/// The search for refusals of a read-only server in what it sends.
@Suite("The search for refusals")
struct RefusalSearchTests {
    private static let refusal = Packets.packet(
        [0xff, 0x0a, 0x05] + Array("#HY000The MySQL server is running with the --read-only option".utf8),
        sequence: 1
    )

    /// Shows bytes in pieces, keeping what is to be shown again.
    ///
    /// - Returns: what was passed on, with each refusal as an empty array.
    private func search(
        _ pieces: [ArraySlice<UInt8>],
        answers: Int,
        capabilities: Capabilities = [],
        isTelling: Bool = false,
        refusal wanted: [UInt8] = Self.refusal
    ) throws -> (passed: [[UInt8]], longestKept: Int, isIdle: Bool) {
        var machine = SessionMachine(capabilities: capabilities, isLocal: false)
        machine.stopsAtRefusals = true
        for _ in 0..<answers { _ = try machine.scanClient(Packets.query("SELECT 1").span) { _ in false } }
        var passed: [[UInt8]] = [[]]
        var kept: [UInt8] = []
        var longestKept = 0
        for piece in pieces {
            var bytes = kept + piece
            kept = []
            while !bytes.isEmpty {
                let (consumed, refusal): (Int, Int)
                if isTelling {
                    let search = try machine.consumeServerUpToOK(bytes.span)
                    (consumed, refusal) = (search.consumed, search.outcome.refusalBytes)
                } else {
                    let outcome = try machine.consumeServer(bytes.span)
                    (consumed, refusal) = (outcome.consumed, outcome.refusalBytes)
                }
                passed[passed.count - 1] += bytes[..<(consumed - refusal)]
                if refusal > 0 {
                    #expect(Array(bytes[(consumed - refusal)..<consumed]) == wanted)
                    passed.append([])
                }
                bytes.removeFirst(consumed)
                if consumed == 0 { break }
            }
            kept = bytes
            longestKept = max(longestKept, kept.count)
        }
        #expect(kept.isEmpty)
        return (passed, longestKept, machine.isIdle)
    }

    private static let ok = Packets.ok()
    private static let result = Packets.result(deprecateEOF: false)
    private static let head = Packets.packet([1]) + Packets.column + Packets.eof()

    @Test(
        "finds each as a whole, wherever the bytes are cut",
        arguments: [
            ([[], []], 1), ([[], [], []], 2), ([ok, []], 2), ([[], ok], 2), ([result, result], 3),
            ([ok, ok, ok], 5), ([result + ok, []], 3), ([Packets.error(), Packets.error()], 3),
        ] as [([[UInt8]], Int)]
    )
    func finds(between: [[UInt8]], answers: Int) throws {
        let bytes = Array(between.joined(separator: Self.refusal))
        for isTelling in [false, true] {
            for cut in bytes.indices {
                let halves = try search([bytes[..<cut], bytes[cut...]], answers: answers, isTelling: isTelling)
                #expect(halves.passed == between, "\(cut)")
                #expect(halves.longestKept < Self.refusal.count)
                #expect(halves.isIdle)
            }
            let single = try search(bytes.indices.map { bytes[$0...$0] }, answers: answers, isTelling: isTelling)
            #expect(single.passed == between)
            #expect(single.isIdle)
        }
    }

    @Test("finds one amid rows, unless its header ends the bytes that it began in")
    func amidRows() throws {
        let before = Packets.numbered(Self.head + Packets.row)
        let refusal = Packets.numbered(Self.refusal, from: 5)
        let bytes = before + refusal
        for isTelling in [false, true] {
            for cut in bytes.indices {
                let pieces = [bytes[..<cut], bytes[cut...]]
                let found = try search(pieces, answers: 1, isTelling: isTelling, refusal: refusal)
                let isPassedOver = !isTelling && (1...4).contains(cut - before.count)
                #expect(isPassedOver ? found.passed == [bytes] : found.passed == [before, []], "\(cut)")
                #expect(found.isIdle)
            }
        }
    }

    @Test("passes other answers on as they are, and keeps no more than a packet's head", arguments: Answer.all)
    func others(answer: Answer) throws {
        for cut in answer.bytes.indices.prefix(400) {
            var machine = SessionMachine(capabilities: answer.capabilities, isLocal: false)
            machine.stopsAtRefusals = true
            machine.tracker.expect(answer.shape)
            let first = try machine.consumeServer(Array(answer.bytes[..<cut]).span)
            #expect(cut - first.consumed <= 6)
            let second = try machine.consumeServer(Array(answer.bytes[first.consumed...]).span)
            #expect(first.consumed + second.consumed == answer.bytes.count)
            #expect(first.refusalBytes == 0 && second.refusalBytes == 0)
            #expect(second.isIdle)
        }
    }

    @Test("random bytes end in a violation or are followed; they never trap")
    func randomBytes() {
        var random = SeededGenerator(seed: 29)
        for _ in 0..<20_000 {
            var tracker = ResponseTracker(capabilities: Capabilities(rawValue: random.next()))
            tracker.stopsAtRefusals = true
            for _ in 0..<3 { tracker.expect(.results) }
            var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for index in stride(from: 1, to: bytes.count, by: 5) { bytes[index] = 0 }
            bytes = Packets.numbered(bytes)
            if bytes.count > 7 { bytes.replaceSubrange(4..<7, with: [0xff, 0x0a, 0x05]) }
            var isTelling = false
            while !bytes.isEmpty {
                isTelling.toggle()
                let consumed =
                    isTelling
                    ? try? tracker.consumeUpToOK(bytes.span, limit: 40).consumed
                    : try? tracker.consume(bytes.span).consumed
                guard let consumed, consumed > 0 else { break }
                #expect(consumed <= bytes.count)
                bytes.removeFirst(min(consumed, bytes.count))
            }
        }
    }
}
