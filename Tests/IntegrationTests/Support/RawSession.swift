import Glibc
import Synchronization
import TestServers

/// A MySQL client made of plain bytes, for what no driver does: pipelining, half packets, garbage, reading slowly.
///
/// Its calls block: it belongs inside `onThread`.
final class RawSession {
    /// mysqld's capabilities that it asks for: long password, connect with schema, 4.1 protocol, transactions, secure
    /// connection, multi-statements, multi-results, plugin authentication.
    static let capabilities: UInt32 = 0x0000_0001 | 0x0008 | 0x0200 | 0x2000 | 0x8000 | 0x1_0000 | 0x2_0000 | 0x8_0000

    static let pluginAuthentication: UInt32 = 0x8_0000

    enum Reply: Equatable {
        case ok
        case error(code: Int, text: String)
        case rows([[String?]])

        /// The error's number; nil for no error.
        var code: Int? { if case .error(let code, _) = self { code } else { nil } }
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    private var start = 0
    private(set) var connectionID: UInt32 = 0
    /// As the server greets, before it is looked at.
    private(set) var serverVersion = ""
    /// No EOF stands between a result's columns and its rows (CLIENT_DEPRECATE_EOF).
    private var deprecatesEOF = false
    /// Plugin authentication.
    private var hasMethods = true
    /// Of the greeting, and later of a request to switch in COM_CHANGE_USER.
    private var scramble: [UInt8] = []

    /// - Parameter receiveBufferBytes: bounds what the kernel takes in for a client that does not read.
    init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestServerError("socket: errno \(errno)") }
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw TestServerError("connect to port \(port): errno \(errno)") }
    }

    /// Also when `init` has thrown: a second `close` would be somebody else's.
    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The sidecar hears that no more comes; what it says is still read.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    // MARK: - Bytes

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw TestServerError("send: errno \(errno)") }
            sent += count
        }
    }

    /// Reads once.
    ///
    /// - Returns: how many bytes came; 0 at the end of the stream.
    func receive(atMost limit: Int = 256 * 1024) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, limit, 0))
        }
        if bytes.isEmpty, errno == EAGAIN { throw TestServerError("nothing came for two minutes") }
        return bytes
    }

    /// All that comes until the other side closes.
    func drain() throws -> Int {
        var total = received.count - start
        while true {
            errno = 0
            let count = try receive().count
            if count == 0 { return total }
            total += count
        }
    }

    private func take(_ count: Int) throws -> ArraySlice<UInt8> {
        while received.count - start < count {
            errno = 0
            let bytes = try receive()
            guard !bytes.isEmpty else { throw TestServerError("the connection was closed") }
            if start > 1 << 20 {
                received.removeFirst(start)
                start = 0
            }
            received += bytes
        }
        start += count
        return received[start - count..<start]
    }

    // MARK: - Packets

    /// One packet's sequence number and payload; the parts of one over 16 MiB are joined.
    func packet() throws -> (sequence: UInt8, payload: [UInt8]) {
        var payload: [UInt8] = []
        while true {
            let header = Array(try take(4))
            let length = Int(header[0]) | Int(header[1]) << 8 | Int(header[2]) << 16
            payload += try take(length)
            if length < 0xff_ffff { return (header[3], payload) }
        }
    }

    /// The first byte of the next packet, which stays to be read.
    func peek() throws -> UInt8 {
        let byte = try take(5).last ?? 0
        start -= 5
        return byte
    }

    /// A payload with its header, split where it is over 16 MiB.
    static func packet(_ payload: [UInt8], sequence: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = payload[...]
        var sequence = sequence
        while true {
            let part = rest.prefix(0xff_ffff)
            rest = rest.dropFirst(part.count)
            bytes += [UInt8(part.count & 0xff), UInt8(part.count >> 8 & 0xff), UInt8(part.count >> 16), sequence]
            bytes += part
            sequence &+= 1
            if part.count < 0xff_ffff { return bytes }
        }
    }

    static func query(_ statement: String) -> [UInt8] {
        packet([0x03] + Array(statement.utf8))
    }

    // MARK: - Conversation

    /// Reads the greeting.
    func beGreeted() throws {
        let greeting = try packet().payload
        guard greeting.first == 10, let end = greeting.firstIndex(of: 0) else {
            throw TestServerError("not greeted: \(Self.error(greeting))")
        }
        connectionID = 0
        for offset in (1...4).reversed() { connectionID = connectionID << 8 | UInt32(greeting[end + offset]) }
        serverVersion = String(decoding: greeting[1..<end], as: UTF8.self)
        scramble = Array(greeting[(end + 5)..<(end + 13)]) + Array(greeting[(end + 32)..<(end + 44)])
    }

    /// - Returns: the OK packet that ends the login.
    @discardableResult
    func logIn(
        _ login: Login = .application,
        schema: String = "",
        collation: UInt8 = 45,
        alsoWanting more: UInt32 = 0,
        without fewer: UInt32 = 0
    ) throws -> [UInt8] {
        try beGreeted()
        deprecatesEOF = more & 1 << 24 != 0
        let capabilities = (Self.capabilities | more) & ~fewer
        hasMethods = capabilities & Self.pluginAuthentication != 0
        let proof = NativePasswordClient.proof(login.password, scramble: scramble)
        var response = (0..<4).map { UInt8(truncatingIfNeeded: capabilities >> ($0 * 8)) }
        response += [0, 0, 0, 1, collation] + [UInt8](repeating: 0, count: 23)
        response += Array(login.user.utf8) + [0, UInt8(proof.count)] + proof
        response += Array(schema.utf8) + [0]
        if hasMethods { response += Array("mysql_native_password".utf8) + [0] }
        try send(Self.packet(response, sequence: 1))
        var answer = try packet()
        if let end = answer.payload.firstIndex(of: 0), answer.payload.first == 0xfe {
            let proof = NativePasswordClient.proof(
                login.password,
                scramble: Array(answer.payload[(end + 1)...].prefix(20))
            )
            try send(Self.packet(proof, sequence: answer.sequence &+ 1))
            answer = try packet()
        }
        guard answer.payload.first == 0 else {
            throw TestServerError("login refused: \(Self.error(answer.payload))")
        }
        return answer.payload
    }

    /// A login, or COM_CHANGE_USER, by a name that may be any bytes and with no password at all.
    ///
    /// - Parameters:
    ///   - characterSet: of the name; nil to leave it out, which a change of user alone can.
    ///   - filler: so many bytes behind the packet's last field.
    func become(
        _ name: [UInt8],
        characterSet: UInt16?,
        byChange isChange: Bool,
        filler: Int = 0,
        alsoWanting more: UInt32 = 0
    ) throws -> Reply {
        let plugin = Array("mysql_native_password".utf8) + [0]
        var payload: [UInt8]
        if isChange {
            payload = [0x11] + name + [0, 0, 0]
            if let characterSet { payload += [UInt8(characterSet & 0xff), UInt8(characterSet >> 8)] + plugin }
        } else {
            _ = try packet()
            payload = (0..<4).map { UInt8(truncatingIfNeeded: (Self.capabilities | more) >> ($0 * 8)) }
            payload += [0, 0, 0, 1, UInt8(characterSet ?? 45)] + [UInt8](repeating: 0, count: 23)
            payload += name + [0, 0, 0] + plugin
        }
        payload += [UInt8](repeating: 0, count: filler)
        try send(Self.packet(payload, sequence: isChange ? 0 : 1))
        var answer = try packet()
        // Another method, another challenge: there is still no password.
        while answer.payload.first == 0xfe || answer.payload.first == 0x01 {
            try send(Self.packet([], sequence: answer.sequence &+ 1))
            answer = try packet()
        }
        return answer.payload.first == 0 ? .ok : Self.error(answer.payload)
    }

    /// COM_CHANGE_USER, with the proof for the scramble of the greeting or for that of a request to switch.
    func changeUser(to login: Login, schema: String = "") throws -> Reply {
        let plugin = Array("mysql_native_password".utf8) + [0]
        let proof = NativePasswordClient.proof(login.password, scramble: scramble)
        var payload: [UInt8] = [0x11] + Array(login.user.utf8) + [0, UInt8(proof.count)] + proof
        payload += Array(schema.utf8) + [0, 45, 0]
        if hasMethods { payload += plugin }
        try send(Self.packet(payload))
        let answer = try packet()
        guard answer.payload.first == 0xfe else {
            return answer.payload.first == 0 ? .ok : Self.error(answer.payload)
        }
        let data = answer.payload.dropFirst(1 + plugin.count)
        scramble = Array(data.prefix(20))
        let second = NativePasswordClient.proof(login.password, scramble: scramble)
        try send(Self.packet(second, sequence: answer.sequence &+ 1))
        let verdict = try packet().payload
        return verdict.first == 0 ? .ok : Self.error(verdict)
    }

    /// COM_PROCESS_KILL.
    func processKill(_ id: UInt32) throws -> Reply {
        try send(Self.packet([0x0c] + (0..<4).map { UInt8(truncatingIfNeeded: id >> ($0 * 8)) }))
        return try reply()
    }

    /// The id by which whoever answers the session knows it, and which CONNECTIONS has.
    func knownID() throws -> String {
        guard case .rows(let rows) = try query("SELECT CONNECTION_ID()"), let id = rows.first?.first.flatMap({ $0 })
        else { throw TestServerError("no connection id") }
        return id
    }

    func query(_ statement: String) throws -> Reply {
        try send(Self.query(statement))
        return try reply()
    }

    /// The answer to one statement without multi-results.
    func reply() throws -> Reply {
        let head = try packet().payload
        switch head.first {
        case 0x00: return .ok
        case 0xff: return Self.error(head)
        default: break
        }
        for _ in 0..<Int(head[0]) + (deprecatesEOF ? 0 : 1) { _ = try packet() }
        var rows: [[String?]] = []
        while true {
            let payload = try packet().payload
            if payload.first == 0xfe, payload.count < 9 { return .rows(rows) }
            if payload.first == 0xff { return Self.error(payload) }
            rows.append(Self.row(payload))
        }
    }

    private static func error(_ payload: [UInt8]) -> Reply {
        guard payload.first == 0xff, payload.count > 3 else { return .error(code: 0, text: "\(payload.prefix(40))") }
        let text = payload.count > 9 && payload[3] == UInt8(ascii: "#") ? payload[9...] : payload[3...]
        return .error(code: Int(payload[1]) | Int(payload[2]) << 8, text: String(decoding: text, as: UTF8.self))
    }

    private static func row(_ payload: [UInt8]) -> [String?] {
        var values: [String?] = []
        var index = 0
        while index < payload.count {
            let first = payload[index]
            index += 1
            if first == 0xfb {
                values.append(nil)
                continue
            }
            let width = first < 0xfb ? 0 : first == 0xfc ? 2 : first == 0xfd ? 3 : 8
            var length = Int(first)
            if width > 0 {
                length = 0
                for offset in (0..<width).reversed() { length = length << 8 | Int(payload[index + offset]) }
                index += width
            }
            values.append(String(decoding: payload[index..<index + length], as: UTF8.self))
            index += length
        }
        return values
    }
}

/// Carries a session from thread to thread; the test sees to it that one sends and one receives at most.
struct SendableBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

/// A number handed from one thread to another.
final class SharedNumber: Sendable {
    private let number = Mutex<UInt32>(0)

    func set(_ value: UInt32) { number.withLock { $0 = value } }

    var value: UInt32 { number.withLock { $0 } }
}

/// Lets a thread wait for the test that started it, at most for a minute.
final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    var isOpened: Bool { isOpen.withLock { $0 } }

    func wait() throws {
        for _ in 0..<12_000 {
            if isOpen.withLock({ $0 }) { return }
            usleep(5_000)
        }
        throw TestServerError("the gate was not opened within a minute")
    }
}
