package import MySQLWire

/// Packets for the tests, written by hand as the servers send them.
package enum Packets {
    package static func packet(_ payload: [UInt8], sequence: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = payload[...]
        var sequence = sequence
        while true {
            let part = rest.prefix(PacketFormat.maximumPayloadBytes)
            bytes += [UInt8(part.count & 0xff), UInt8(part.count >> 8 & 0xff), UInt8(part.count >> 16), sequence]
            bytes += part
            rest = rest.dropFirst(part.count)
            sequence &+= 1
            if part.count < PacketFormat.maximumPayloadBytes { return bytes }
        }
    }

    /// The packets of one answer, which go on from the number of its command.
    package static func numbered(_ bytes: [UInt8], from first: UInt8 = 1) -> [UInt8] {
        var bytes = bytes
        var index = 0
        var sequence = first
        while index + PacketFormat.headerBytes <= bytes.count {
            bytes[index + 3] = sequence
            sequence &+= 1
            index += PacketFormat.headerBytes
            index += Int(bytes[index - 4]) | Int(bytes[index - 3]) << 8 | Int(bytes[index - 2]) << 16
        }
        return bytes
    }

    package static func ok(status: StatusFlags = .autocommit, header: UInt8 = 0) -> [UInt8] {
        packet([header, 0, 0, UInt8(status.rawValue & 0xff), UInt8(status.rawValue >> 8), 0, 0], sequence: 1)
    }

    package static func eof(status: StatusFlags = .autocommit) -> [UInt8] {
        packet([0xfe, 0, 0, UInt8(status.rawValue & 0xff), UInt8(status.rawValue >> 8)], sequence: 1)
    }

    package static func error() -> [UInt8] {
        packet([0xff, 0x7a, 0x04] + Array("#42S02Table 'a.b' doesn't exist".utf8), sequence: 1)
    }

    /// A report of progress, as MariaDB sends them.
    package static let report = packet([0xff, 0xff, 0xff, 1, 1, 2, 0, 0, 0, 3, 97, 98, 99])
    package static let column = packet(
        [3] + Array("def".utf8) + [0, 0, 0, 1, 97, 0, 12, 45, 0, 0, 4, 0, 0, 0xfd, 0, 0, 0, 0, 0]
    )
    package static let row = packet([1, 49])

    package static func command(_ code: UInt8, _ text: String = "") -> [UInt8] {
        packet([code] + Array(text.utf8))
    }

    package static func query(_ text: String) -> [UInt8] { command(Command.query, text) }

    /// A text result with one column and two rows.
    package static func result(deprecateEOF: Bool, status: StatusFlags = .autocommit) -> [UInt8] {
        let head = packet([1]) + column
        return numbered(
            deprecateEOF
                ? head + row + row + ok(status: status, header: 0xfe)
                : head + eof(status: status) + row + row + eof(status: status)
        )
    }
}
