/// What a server answers to COM_STMT_* and to statements.
enum StatementReply: Equatable {
    case ok
    case error(Int)
    case prepared
    /// Binary rows, or the texts of rows with one column.
    case rows([[UInt8]])
    /// Definitions without rows, and the flag that says so.
    case cursorOpened
    case fetched([[UInt8]], isAtEnd: Bool)

    /// How an answer is to be read.
    enum Form {
        case prepared
        case execution(asksForCursor: Bool)
        case fetched
        case onePacket
        case text
    }
}

extension RawSession {
    /// Reads an answer.
    ///
    /// - Returns: what it says, and a prepared statement's id.
    func reply(_ form: StatementReply.Form) throws -> (reply: StatementReply, id: [UInt8]) {
        let head = try packet().payload
        if head.first == 0xff { return (.error(Int(head[1]) | Int(head[2]) << 8), []) }
        switch form {
        case .onePacket:
            return (.ok, [])
        case .prepared:
            for count in [Int(head[7]), Int(head[5])] where count > 0 { for _ in 0...count { _ = try packet() } }
            return (.prepared, Array(head[1...4]))
        case .fetched:
            return (try fetched(head), [])
        case .execution(let asksForCursor):
            return (head.first == 0 ? .ok : try result(head, asksForCursor: asksForCursor), [])
        case .text:
            return (head.first == 0 ? .ok : try result(head, asksForCursor: false).withoutLengths, [])
        }
    }

    private func result(_ head: [UInt8], asksForCursor: Bool) throws -> StatementReply {
        for _ in 0..<Int(head[0]) { _ = try packet() }
        let end = try packet().payload
        if asksForCursor, end[3] & 0x40 != 0 { return .cursorOpened }
        var rows: [[UInt8]] = []
        while true {
            let payload = try packet().payload
            if payload.first == 0xff { return .error(Int(payload[1]) | Int(payload[2]) << 8) }
            if payload.first == 0xfe, payload.count < 9 { return .rows(rows) }
            rows.append(payload)
        }
    }

    private func fetched(_ first: [UInt8]) throws -> StatementReply {
        var rows: [[UInt8]] = []
        var payload = first
        while payload.first != 0xfe {
            rows.append(payload)
            payload = try packet().payload
        }
        return .fetched(rows, isAtEnd: payload[3] & 0x80 != 0)
    }
}

extension StatementReply {
    /// Text rows of one short column without the byte of its length.
    fileprivate var withoutLengths: StatementReply {
        guard case .rows(let rows) = self else { return self }
        return .rows(rows.map { Array($0.dropFirst()) })
    }
}
