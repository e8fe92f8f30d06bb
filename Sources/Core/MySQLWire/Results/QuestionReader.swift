package import NIOCore

/// Reads mysqld's answer to a question of the sidecar's own: the first rows of a result, or an error.
package struct QuestionReader {
    /// What the answer may be long, in bytes.
    package static let maximumBytes = 1024 * 1024

    package enum Outcome: Equatable {
        /// The first row; nil if there is none.
        case row([SQLValue]?)
        case refused(SQLError)
    }

    private enum Expectation {
        case first
        case columns(left: Int)
        case columnsEnd
        case rows
    }

    private let capabilities: Capabilities
    private var buffer = ByteBuffer()
    private var expectation = Expectation.first
    private var types: [UInt8] = []
    /// Of the answer's columns, as far as they were described.
    package private(set) var collations: [UInt16] = []
    private let decode: (_ text: [UInt8], _ collation: UInt16) -> String
    private let maximumRows: Int
    /// The first rows of the answer, as far as it has come.
    package private(set) var rows: [[SQLValue]] = []
    private var bytesRead = 0

    /// - Parameters:
    ///   - maximumRows: further ones are passed over.
    ///   - decode: reads a text in a collation's set.
    package init(
        capabilities: Capabilities,
        maximumRows: Int = 1,
        decode: @escaping (_ text: [UInt8], _ collation: UInt16) -> String = { text, _ in
            String(decoding: text, as: UTF8.self)
        }
    ) {
        self.capabilities = capabilities
        self.maximumRows = maximumRows
        self.decode = decode
    }

    /// The question as COM_QUERY.
    package static func command(_ statement: String, capabilities: Capabilities) -> ByteBuffer {
        command(Array(statement.utf8), capabilities: capabilities)
    }

    /// The same for a statement in the session's own character set.
    package static func command(_ statement: [UInt8], capabilities: Capabilities) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: 0)
        writer.packet { buffer in
            buffer.writeInteger(Command.query)
            // No query attributes, in one set.
            if capabilities.contains(.queryAttributes) { buffer.writeBytes([0, 1]) }
            buffer.writeBytes(statement)
        }
        return writer.buffer
    }

    /// - Returns: nil while the answer is not whole.
    /// - Throws: `ProtocolViolation` for what is no answer to a SELECT, or is too long.
    package mutating func consume(_ bytes: ByteBuffer) throws(ProtocolViolation) -> Outcome? {
        bytesRead += bytes.readableBytes
        guard bytesRead <= Self.maximumBytes else {
            throw .packetTooLarge(length: bytesRead, limit: Self.maximumBytes)
        }
        buffer.writeImmutableBuffer(bytes)
        while let packet = try PacketReader.next(from: &buffer, limit: Self.maximumBytes) {
            if let outcome = try interpret(packet.payload) { return outcome }
        }
        return nil
    }

    private mutating func interpret(_ payload: ByteBuffer) throws(ProtocolViolation) -> Outcome? {
        if let error = SQLError(errorPacket: payload) { return .refused(error) }
        switch expectation {
        case .first:
            var bytes = payload
            let hasDefinitions =
                capabilities.contains(.optionalMetadata) ? bytes.readInteger(as: UInt8.self) == 1 : true
            guard let count = bytes.readLengthEncodedInteger(), count > 0, count <= 4096 else {
                throw .malformedResponse("column count")
            }
            if hasDefinitions {
                expectation = .columns(left: Int(count))
            } else {
                types = Array(repeating: ColumnType.varString.rawValue, count: Int(count))
                collations = Array(repeating: CharacterSet.utf8mb4, count: Int(count))
                expectation = capabilities.contains(.deprecateEOF) ? .rows : .columnsEnd
            }
        case .columns(let left):
            let described = try description(payload)
            types.append(described.type)
            collations.append(described.collation)
            if left > 1 {
                expectation = .columns(left: left - 1)
            } else {
                expectation = capabilities.contains(.deprecateEOF) ? .rows : .columnsEnd
            }
        case .columnsEnd:
            expectation = .rows
        case .rows:
            if payload.getInteger(at: payload.readerIndex, as: UInt8.self) == 0xfe,
                payload.readableBytes < PacketFormat.maximumPayloadBytes
            {
                return .row(rows.first)
            }
            if rows.count < maximumRows { rows.append(try values(payload)) }
        }
        return nil
    }

    /// The numbers of type and collation in a column definition.
    private func description(
        _ definition: ByteBuffer
    ) throws(ProtocolViolation) -> (type: UInt8, collation: UInt16) {
        var bytes = definition
        for _ in 0..<6 where bytes.readLengthEncodedSlice() == nil { throw .malformedResponse("column definition") }
        if capabilities.contains(.mariaDBExtendedMetadata) { _ = bytes.readLengthEncodedSlice() }
        // Length of the rest, collation, length of the column, type.
        guard bytes.readSlice(length: 1) != nil,
            let collation = bytes.readInteger(endianness: .little, as: UInt16.self),
            bytes.readSlice(length: 4) != nil, let type = bytes.readInteger(as: UInt8.self)
        else { throw .malformedResponse("column definition") }
        return (type, collation)
    }

    private func values(_ payload: ByteBuffer) throws(ProtocolViolation) -> [SQLValue] {
        var bytes = payload
        var values: [SQLValue] = []
        for (type, collation) in zip(types, collations) {
            if bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == 0xfb {
                bytes.moveReaderIndex(forwardBy: 1)
                values.append(.null)
                continue
            }
            guard let field = bytes.readLengthEncodedSlice() else { throw .malformedResponse("row") }
            let text = decode(Array(field.readableBytesView), collation)
            switch type {
            case 0x01, 0x02, 0x03, 0x08, 0x09, 0x0d:
                values.append(Int64(text).map { .integer($0) } ?? UInt64(text).map { .unsigned($0) } ?? .text(text))
            case 0x00, 0xf6: values.append(.decimal(text))
            case 0x04, 0x05: values.append(Double(text).map { .double($0) } ?? .text(text))
            default: values.append(.text(text))
            }
        }
        return values
    }
}
