package import NIOCore

/// Takes mysqld's answer to SHOW DATABASES and puts one more schema at its place; everything else stays as mysqld sent
/// it, metadata and status included.
package struct SchemaListMerger {
    /// What the answer may be long, in bytes.
    package static let maximumBytes = 16 * 1024 * 1024

    package struct Outcome: Equatable {
        /// The whole answer for the client.
        package var answer: ByteBuffer
        /// mysqld refused the statement.
        package var isRefused: Bool
        /// mysqld has a schema of that name itself.
        package var hasSchema = false
    }

    private enum Expectation {
        case first
        /// Packets before the rows: column definitions, and an EOF where there is one.
        case metadata(left: Int)
        case rows
    }

    private let capabilities: Capabilities
    private let schema: String
    private let nextSequence: UInt8
    private let coder: TextCoder?
    private var stream = ByteBuffer()
    private var expectation = Expectation.first
    private var bytesRead = 0
    private var head: [ByteBuffer] = []
    private var rows: [(name: String, payload: ByteBuffer)] = []

    /// - Parameters:
    ///   - schema: in lower case.
    ///   - nextSequence: the number of the answer's first packet.
    ///   - coder: for the texts of the answer; nil for UTF-8.
    package init(capabilities: Capabilities, schema: String, nextSequence: UInt8, coder: TextCoder? = nil) {
        self.coder = coder
        self.capabilities = capabilities
        self.schema = schema
        self.nextSequence = nextSequence
    }

    /// - Returns: nil while the answer is not whole.
    /// - Throws: `ProtocolViolation` for what is no list of one column, or is too long.
    package mutating func consume(_ bytes: ByteBuffer) throws(ProtocolViolation) -> Outcome? {
        bytesRead += bytes.readableBytes
        guard bytesRead <= Self.maximumBytes else {
            throw .packetTooLarge(length: bytesRead, limit: Self.maximumBytes)
        }
        stream.writeImmutableBuffer(bytes)
        while let packet = try PacketReader.next(from: &stream, limit: Self.maximumBytes) {
            if let outcome = try interpret(packet.payload) { return outcome }
        }
        return nil
    }

    private mutating func interpret(_ payload: ByteBuffer) throws(ProtocolViolation) -> Outcome? {
        if SQLError(errorPacket: payload) != nil {
            var writer = PacketWriter(nextSequence: nextSequence)
            for part in head + rows.map(\.payload) + [payload] { writer.packet { $0.writeImmutableBuffer(part) } }
            return Outcome(answer: writer.buffer, isRefused: true)
        }
        switch expectation {
        case .first:
            head.append(payload)
            var bytes = payload
            let hasDefinitions =
                capabilities.contains(.optionalMetadata) ? bytes.readInteger(as: UInt8.self) == 1 : true
            guard bytes.readLengthEncodedInteger() == 1 else { throw .malformedResponse("column count") }
            let count = (hasDefinitions ? 1 : 0) + (capabilities.contains(.deprecateEOF) ? 0 : 1)
            expectation = count > 0 ? .metadata(left: count) : .rows
        case .metadata(let left):
            head.append(payload)
            expectation = left > 1 ? .metadata(left: left - 1) : .rows
        case .rows:
            if payload.getInteger(at: payload.readerIndex, as: UInt8.self) == 0xfe { return merged(end: payload) }
            var bytes = payload
            guard let name = bytes.readLengthEncodedSlice() else { throw .malformedResponse("row") }
            let text = Array(name.readableBytesView)
            rows.append(((coder?.decode(text) ?? String(decoding: text, as: UTF8.self)).lowercased(), payload))
        }
        return nil
    }

    private func merged(end: ByteBuffer) -> Outcome {
        var writer = PacketWriter(nextSequence: nextSequence)
        for part in head { writer.packet { $0.writeImmutableBuffer(part) } }
        let place = self.place
        for (index, row) in rows.enumerated() {
            if index == place { writeSchema(to: &writer) }
            writer.packet { $0.writeImmutableBuffer(row.payload) }
        }
        if place == rows.count { writeSchema(to: &writer) }
        writer.packet { $0.writeImmutableBuffer(end) }
        return Outcome(answer: writer.buffer, isRefused: false, hasSchema: place == nil)
    }

    /// Nil if the list has the schema already: another sidecar stands between.
    private var place: Int? {
        if rows.contains(where: { $0.name == schema }) { return nil }
        // A server may list information_schema first and sort the others.
        let isFirstApart = rows.count > 1 && rows[0].name == "information_schema" && rows[1].name < rows[0].name
        return rows.indices.dropFirst(isFirstApart ? 1 : 0).first { rows[$0].name > schema } ?? rows.count
    }

    private func writeSchema(to writer: inout PacketWriter) {
        writer.packet { $0.writeLengthEncoded(coder?.encode(schema) ?? Array(schema.utf8)) }
    }
}
