import TestServers

/// An answer to one statement as it came, byte for byte.
struct RawAnswer: Equatable {
    struct Column: Equatable {
        var name: [UInt8]
        var collation: Int
        var length: Int
    }

    /// Its number; 0 for none.
    var errno = 0
    var columns: [Column] = []
    /// Values one behind the other, with their lengths.
    var rows: [[UInt8]] = []
}

extension RawSession {
    /// - Parameter statement: in the session's set.
    func answer(to statement: [UInt8]) throws -> RawAnswer {
        try send(Self.packet([0x03] + statement))
        var answer = RawAnswer()
        let head = try packet().payload
        switch head.first {
        case 0x00: return answer
        case 0xff:
            answer.errno = Int(head[1]) | Int(head[2]) << 8
            return answer
        default: break
        }
        for _ in 0..<Int(head[0]) { answer.columns.append(try RawAnswer.Column(definition: packet().payload)) }
        _ = try packet()
        while true {
            let payload = try packet().payload
            if payload.first == 0xfe, payload.count < 9 { return answer }
            if payload.first == 0xff {
                answer.errno = Int(payload[1]) | Int(payload[2]) << 8
                return answer
            }
            answer.rows.append(payload)
        }
    }

    func answer(to statement: String) throws -> RawAnswer { try answer(to: Array(statement.utf8)) }
}

extension RawAnswer.Column {
    fileprivate init(definition: [UInt8]) throws {
        var index = 0
        var names: [[UInt8]] = []
        for _ in 0..<6 {
            let length = Int(definition[index])
            names.append(Array(definition[(index + 1)..<(index + 1 + length)]))
            index += 1 + length
        }
        name = names[4]
        collation = Int(definition[index + 1]) | Int(definition[index + 2]) << 8
        length = (0..<4).reduce(0) { $0 | Int(definition[index + 3 + $1]) << (8 * $1) }
    }
}
