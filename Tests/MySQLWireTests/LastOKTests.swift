import Testing
import WirePackets

@testable import MySQLWire

/// The search for the OK packet that ends an answer.
@Suite("The OK packet that ends an answer")
struct LastOKTests {
    /// Shows an answer in pieces, keeping what the search wants to see again.
    ///
    /// - Returns: the bytes as they were passed on, and the packets that were found.
    private func search(
        _ answer: Answer,
        pieces: [ArraySlice<UInt8>]
    ) throws -> (passed: [UInt8], found: [[UInt8]], isIdle: Bool) {
        var tracker = ResponseTracker(capabilities: answer.capabilities)
        tracker.expect(answer.shape)
        var passed: [UInt8] = []
        var found: [[UInt8]] = []
        var held: [UInt8] = []
        for piece in pieces {
            var bytes = held + piece
            held = []
            while !bytes.isEmpty {
                let search = try tracker.consumeUpToOK(bytes.span, limit: 64 * 1024)
                passed += bytes.prefix(search.consumed)
                if let ok = search.ok {
                    #expect(ok.upperBound == search.consumed)
                    found.append(Array(bytes[ok]))
                }
                bytes.removeFirst(search.consumed)
                if search.ok == nil {
                    held = bytes
                    break
                }
            }
        }
        #expect(held.isEmpty, "\(answer.name)")
        return (passed + held, found, tracker.isIdle)
    }

    private static let withOK = [
        "OK to a query", "OK to a ping", "result without EOF", "OUT parameters of a procedure", "two results and an OK",
        "two results and an OK, without EOF", "progress reports before the answer", "cached metadata left out",
        "cached metadata sent", "optional metadata left out", "optional metadata sent",
        "progress reports between all packets, without EOF", "a procedure's result with the flag of a cursor",
        "a prepared procedure's result with the flag of a cursor", "the same where a cursor is asked for",
        "the same, without EOF", "OK to a ping with flags of statements",
    ]

    @Test("is found in the answers that have one, and in no others", arguments: Answer.all)
    func found(answer: Answer) throws {
        let result = try search(answer, pieces: [answer.bytes[...]])
        #expect(result.passed == answer.bytes)
        #expect(result.isIdle)
        #expect(result.found.count == (Self.withOK.contains(answer.name) ? 1 : 0))
        if let packet = result.found.first {
            #expect(packet == Array(answer.bytes.suffix(packet.count)))
            #expect(packet.count >= 11 && [0x00, 0xfe].contains(packet[4]))
        }
    }

    @Test("the table above knows the names", arguments: withOK)
    func names(name: String) {
        #expect(Answer.all.contains { $0.name == name })
    }

    @Test("is found however the bytes are cut", arguments: Answer.all)
    func slices(answer: Answer) throws {
        let whole = try search(answer, pieces: [answer.bytes[...]])
        let single = try search(answer, pieces: answer.bytes.indices.map { answer.bytes[$0...$0] })
        #expect(single.passed == whole.passed)
        #expect(single.found == whole.found)
        for cut in answer.bytes.indices.prefix(400) {
            let halves = try search(answer, pieces: [answer.bytes[..<cut], answer.bytes[cut...]])
            #expect(halves.passed == whole.passed)
            #expect(halves.found == whole.found)
        }
    }

    @Test("a search that begins amid a packet goes on with the next")
    func amid() throws {
        let answer = Packets.result(deprecateEOF: true)
        for cut in answer.indices.dropFirst() {
            var tracker = ResponseTracker(capabilities: .deprecateEOF)
            tracker.expect(.results)
            _ = try tracker.consume(Array(answer[..<cut]).span)
            let rest = Array(answer[cut...])
            let search = try tracker.consumeUpToOK(rest.span, limit: 64 * 1024)
            #expect(search.consumed == rest.count)
            #expect(tracker.isIdle)
            // The last packet is found if the search began before it or at its beginning.
            #expect((search.ok != nil) == (rest.count >= Packets.ok().count))
        }
    }

    @Test("OKs of pipelined commands are found one after another")
    func pipelined() throws {
        var tracker = ResponseTracker(capabilities: [])
        for _ in 0..<3 { tracker.expect(.results) }
        let bytes = Packets.ok() + Packets.error() + Packets.ok()
        let first = try tracker.consumeUpToOK(bytes.span, limit: 1024)
        #expect(first.ok == 0..<Packets.ok().count)
        #expect(!first.outcome.isIdle)
        let rest = Array(bytes.dropFirst(first.consumed))
        let second = try tracker.consumeUpToOK(rest.span, limit: 1024)
        #expect(second.ok == Packets.error().count..<rest.count)
        #expect(second.outcome.isIdle)
        #expect(!tracker.endedInError)
    }

    @Test("the OK behind a local file is one, the end of what a cursor gives is none")
    func localFileAndCursor() throws {
        var tracker = ResponseTracker(capabilities: .deprecateEOF)
        tracker.expect(.results)
        let request = Packets.packet([0xfb] + Array("/tmp/rows".utf8))
        let asked = try tracker.consumeUpToOK(request.span, limit: 1024)
        #expect(asked.ok == nil && asked.consumed == request.count && asked.outcome.isLocalFileRequested)
        let loaded = try tracker.consumeUpToOK(Packets.ok().span, limit: 1024)
        #expect(loaded.ok == 0..<Packets.ok().count)

        tracker.expect(.rows)
        let rows = Packets.numbered(Packets.packet([0, 0, 5]) + Packets.ok(header: 0xfe))
        let fetched = try tracker.consumeUpToOK(rows.span, limit: 1024)
        #expect(fetched.ok == nil && fetched.consumed == rows.count && fetched.outcome.isIdle)
        // The next result's end is one again.
        tracker.expect(.results)
        let result = try tracker.consumeUpToOK(Packets.result(deprecateEOF: true).span, limit: 1024)
        #expect(result.ok != nil)
    }

    @Test("packets beyond the limit are passed on")
    func limit() throws {
        var tracker = ResponseTracker(capabilities: [])
        tracker.expect(.results)
        let long = Packets.packet([0, 0, 0, 2, 0, 0, 0, 0xfc, 0x00, 0x04] + [UInt8](repeating: 97, count: 1024))
        let search = try tracker.consumeUpToOK(Array(long.prefix(100)).span, limit: 512)
        #expect(search.consumed == 100)
        let rest = try tracker.consumeUpToOK(Array(long.dropFirst(100)).span, limit: 512)
        #expect(rest.ok == nil)
        #expect(rest.outcome.isIdle)
    }

    @Test("a replication stream is passed on as it comes")
    func opaque() throws {
        var machine = SessionMachine(capabilities: [], isLocal: false)
        let dump = Packets.command(Command.binlogDump, "0123456789")
        _ = try machine.scanClient(dump.span) { _ in false }
        let bytes = Packets.ok() + [1, 2, 3]
        let search = try machine.consumeServerUpToOK(bytes.span)
        #expect(search.ok == nil)
        #expect(search.consumed == bytes.count)
    }

    @Test("random bytes end in a violation or are followed; they never trap")
    func randomBytes() {
        var random = SeededGenerator(seed: 23)
        for _ in 0..<20_000 {
            var tracker = ResponseTracker(capabilities: Capabilities(rawValue: random.next()))
            for _ in 0..<3 { tracker.expect(.results) }
            var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for index in stride(from: 1, to: bytes.count, by: 5) { bytes[index] = 0 }
            bytes = Packets.numbered(bytes)
            while !bytes.isEmpty, let search = try? tracker.consumeUpToOK(bytes.span, limit: 40) {
                #expect(search.consumed <= bytes.count)
                bytes.removeFirst(search.consumed)
                if search.ok == nil { break }
            }
        }
    }
}
