internal import Compression
internal import NIOCore

/// Compressed packets: what was encoded comes out again however it is cut; changed packets end in an error or in
/// bytes within the bounds of their headers, the same ones in any slicing.
struct CompressionTarget: FuzzTarget {
    private let streams: [[UInt8]]
    private let mutator = Mutator()
    /// The most that a packet may hold here, so that a changed length costs little.
    private static let maximumByteCount = 256 * 1024

    init(_ corpus: Corpus) {
        let sessions = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
        streams = sessions.flatMap { [$0.stream(ofClient: true), $0.stream(ofClient: false)] }.filter { !$0.isEmpty }
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let stream = streams[random.below(streams.count)]
        let from = random.below(stream.count)
        return FuzzInput.encode(
            Array(stream[from..<min(stream.count, from + 1 + random.below(8192))]),
            using: &random
        )
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        // A workspace serves all sessions of an event loop: what one of them broke must not harm the next.
        let workspace = CompressionWorkspace()
        let algorithms: [CompressionAlgorithm] = [.zlib, .zstd, .zlib(level: 1), .zstd(level: 1)]
        let algorithm = algorithms[random.below(algorithms.count)]
        var good = ByteBuffer()
        var encoder = CompressedPacketEncoder(algorithm: algorithm, workspace: workspace)
        do throws(CompressionError) {
            for piece in PacketsTarget.pieces(input.payload, using: &random) {
                try encoder.encode(ByteBuffer(bytes: piece), into: &good)
            }
        } catch {
            throw FuzzFailure("cannot encode: \(error)")
        }

        var broken = Array(good.readableBytesView)
        mutator.mutate(&broken, others: streams, using: &random)
        for role in [CompressionRole.server, .client] {
            var reader = Reading(role, algorithm, workspace)
            for piece in PacketsTarget.pieces(broken, using: &random) { try reader.take(piece) }
            var whole = Reading(role, algorithm, workspace)
            try whole.take(broken[...])
            try require(
                reader.content == whole.content && reader.error == whole.error,
                "\(reader.content.count) bytes in pieces (\(String(describing: reader.error))), "
                    + "\(whole.content.count) whole (\(String(describing: whole.error)))"
            )
        }

        var reader = Reading(.client, algorithm, workspace)
        for piece in PacketsTarget.pieces(Array(good.readableBytesView), using: &random) { try reader.take(piece) }
        try require(reader.error == nil, "good packets are refused: \(String(describing: reader.error))")
        try require(reader.content == input.payload, "other bytes come out than went in")
        try require(!reader.isInPacket, "a packet is left over")
    }

    private struct Reading {
        private var decoder: CompressedPacketDecoder
        var content: [UInt8] = []
        var error: CompressionError?

        init(_ role: CompressionRole, _ algorithm: CompressionAlgorithm, _ workspace: CompressionWorkspace) {
            decoder = CompressedPacketDecoder(
                role: role,
                algorithm: algorithm,
                workspace: workspace,
                maximumByteCount: CompressionTarget.maximumByteCount
            )
        }

        var isInPacket: Bool { decoder.isInPacket }

        mutating func take(_ bytes: ArraySlice<UInt8>) throws(FuzzFailure) {
            decoder.receive(ByteBuffer(bytes: bytes))
            do throws(CompressionError) {
                while let piece = try decoder.next() {
                    guard error == nil, piece.readableBytes <= CompressionTarget.maximumByteCount else {
                        throw CompressionError.tooLong(declared: 0, limit: -1)
                    }
                    content += piece.readableBytesView
                }
            } catch {
                if error == .tooLong(declared: 0, limit: -1) {
                    throw FuzzFailure("bytes come out after an error, or beyond the limit")
                }
                self.error = error
            }
        }
    }
}
