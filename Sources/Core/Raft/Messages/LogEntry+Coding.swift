package import ClusterModel

extension LogEntry.Content {
    private enum Kind {
        static let leadershipBegins: UInt8 = 1
        static let command: UInt8 = 2
        static let configuration: UInt8 = 3
    }

    /// One byte for the kind, then what it holds: for messages and stores.
    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        try self.init(from: &reader)
        try reader.end()
    }

    func encode(into writer: inout BinaryWriter) {
        switch self {
        case .leadershipBegins: writer.byte(Kind.leadershipBegins)
        case .command(let command):
            writer.byte(Kind.command)
            writer.counted(command)
        case .configuration(let configuration):
            writer.byte(Kind.configuration)
            writer.configuration(configuration)
        }
    }

    init(from reader: inout BinaryReader) throws(DecodingFailure) {
        switch try reader.byte() {
        case Kind.leadershipBegins: self = .leadershipBegins
        case Kind.command: self = .command(try reader.counted())
        case Kind.configuration: self = .configuration(try reader.configuration())
        default: throw .malformed
        }
    }
}

extension Configuration {
    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.configuration(self)
        return writer.bytes
    }

    /// - Throws: `DecodingFailure` for anything but the whole of one.
    package init(decoding bytes: ArraySlice<UInt8>) throws(DecodingFailure) {
        var reader = BinaryReader(bytes)
        self = try reader.configuration()
        try reader.end()
    }
}
