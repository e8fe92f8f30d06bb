import TestServers

/// What OK packets tell of changed session variables, read as clients with CLIENT_SESSION_TRACK do.
struct SessionState: Equatable {
    static let sessionTrack: UInt32 = 1 << 23
    static let deprecateEOF: UInt32 = 1 << 24

    var variables: [String: String] = [:]
    var info = ""

    /// - Parameter ok: the payload of an OK packet, of either header.
    init(_ ok: [UInt8]) throws {
        var reader = Reader(bytes: ok, index: 1)
        guard ok.count >= 7, ok[0] == 0x00 || ok[0] == 0xfe else { throw TestServerError("no OK packet: \(ok)") }
        _ = try reader.number()
        _ = try reader.number()
        let status = Int(ok[reader.index]) | Int(ok[reader.index + 1]) << 8
        reader.index += 4
        if reader.index < ok.count { info = String(decoding: try reader.slice(), as: UTF8.self) }
        if status & 0x4000 != 0 {
            var state = Reader(bytes: try reader.slice(), index: 0)
            while state.index < state.bytes.count {
                let type = state.bytes[state.index]
                state.index += 1
                var entity = Reader(bytes: try state.slice(), index: 0)
                guard type == 0 else { continue }
                let name = String(decoding: try entity.slice(), as: UTF8.self)
                variables[name] = String(decoding: try entity.slice(), as: UTF8.self)
            }
        }
        guard reader.index == ok.count else { throw TestServerError("bytes behind the state: \(ok)") }
    }

    private struct Reader {
        let bytes: [UInt8]
        var index: Int

        mutating func number() throws -> Int {
            guard index < bytes.count else { throw TestServerError("cut: \(bytes)") }
            let first = bytes[index]
            index += 1
            guard first >= 0xfb else { return Int(first) }
            let width = first == 0xfc ? 2 : first == 0xfd ? 3 : 8
            guard index + width <= bytes.count else { throw TestServerError("cut: \(bytes)") }
            defer { index += width }
            return (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[index + $1]) }
        }

        mutating func slice() throws -> [UInt8] {
            let length = try number()
            guard index + length <= bytes.count else { throw TestServerError("cut: \(bytes)") }
            defer { index += length }
            return Array(bytes[index..<index + length])
        }
    }

    var version: Int? { variables["cluster_schema.topology_version"].flatMap { Int($0) } }
    var primary: String? { variables["cluster_schema.primary"] }
    var redirectURL: String? { variables["redirect_url"] }
}

extension RawSession {
    /// What the OK packet that ends an answer tells, under CLIENT_SESSION_TRACK and CLIENT_DEPRECATE_EOF.
    func state(after statement: String) throws -> SessionState {
        try send(RawSession.query(statement))
        return try stateOfReply()
    }

    func stateOfReply() throws -> SessionState {
        let head = try packet().payload
        if head.first == 0x00 { return try SessionState(head) }
        guard let columns = head.first, columns != 0xff else { throw TestServerError("refused: \(head)") }
        for _ in 0..<Int(columns) { _ = try packet() }
        while true {
            let payload = try packet().payload
            if payload.first == 0xfe { return try SessionState(payload) }
        }
    }
}
