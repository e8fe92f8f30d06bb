import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("What members say, as bytes")
struct PeerMessageCodingTests {
    @Test("every message reads as it was written", arguments: RandomPeerMessage.kinds)
    func roundTrip(kind: Int) throws {
        var random = SimulatorRandom(seed: 1)
        for _ in 0..<200 {
            let message = RandomPeerMessage.make(kind, using: &random)
            #expect(try PeerMessage(decoding: message.encoded[...]) == message)
            let bytes = [9, 9] + message.encoded + [9]
            #expect(try PeerMessage(decoding: bytes[2..<bytes.count - 1]) == message)
        }
    }

    @Test(
        "what is cut off, or has something behind it, is refused",
        arguments: RandomPeerMessage.kinds
    )
    func truncation(kind: Int) {
        var random = SimulatorRandom(seed: 2)
        for _ in 0..<20 {
            let bytes = RandomPeerMessage.make(kind, using: &random).encoded
            for count in bytes.indices {
                #expect(throws: DecodingFailure.self) { try PeerMessage(decoding: bytes[..<count]) }
            }
            #expect(throws: DecodingFailure.malformed) { try PeerMessage(decoding: (bytes + [0])[...]) }
        }
    }

    @Test(
        "with any byte changed it is refused, or another one that reads as it is written",
        arguments: RandomPeerMessage.kinds
    )
    func change(kind: Int) throws {
        var random = SimulatorRandom(seed: 3)
        for _ in 0..<5 {
            let message = RandomPeerMessage.make(kind, using: &random)
            let bytes = message.encoded
            for place in bytes.indices {
                for value in [0, 1, 0x7f, 0x80, 0xff, bytes[place] ^ 1, bytes[place] &+ 1]
                where value != bytes[place] {
                    var changed = bytes
                    changed[place] = value
                    guard let read = try? PeerMessage(decoding: changed[...]) else { continue }
                    #expect(read != message)
                    #expect(try PeerMessage(decoding: read.encoded[...]) == read)
                }
            }
        }
    }

    @Test("bytes at random are refused, or are a message")
    func noise() throws {
        var random = SimulatorRandom(seed: 4)
        for _ in 0..<20_000 {
            let bytes =
                [1, UInt8(random.integer(in: 0...14))] + random.bytes(random.integer(in: 0...100))
            guard let read = try? PeerMessage(decoding: bytes[...]) else { continue }
            #expect(try PeerMessage(decoding: read.encoded[...]) == read)
        }
    }

    @Test("another version is named, and a kind that is not known is refused")
    func unknown() {
        var bytes = PeerMessage.answer(RequestNumber(rawValue: 1), nil).encoded
        bytes[0] = 2
        #expect(throws: DecodingFailure.unknownVersion(2)) { try PeerMessage(decoding: bytes[...]) }
        for kind: UInt8 in [0, 13, 255] {
            #expect(throws: DecodingFailure.self) { try PeerMessage(decoding: [1, kind][...]) }
        }
    }

    @Test("so does what a store keeps of a promise")
    func promise() throws {
        var random = SimulatorRandom(seed: 5)
        for _ in 0..<200 {
            let promise = RandomPeerMessage.promise(using: &random)
            let bytes = promise.encoded
            #expect(try Promise(decoding: bytes[...]) == promise)
            for count in bytes.indices {
                #expect(throws: DecodingFailure.self) { try Promise(decoding: bytes[..<count]) }
            }
            #expect(throws: DecodingFailure.self) { try Promise(decoding: (bytes + [0])[...]) }
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= UInt8(random.integer(in: 1...255))
                guard let read = try? Promise(decoding: changed[...]) else { continue }
                #expect(read != promise)
            }
        }
    }
}
