import Glibc
import TestServers

/// Two connected stream sockets: one for the loop, the other in the test's hands, which it reads and writes without
/// waiting.
final class SocketPair: Sendable {
    /// The loop's, non-blocking; closed by its connection.
    let near: Int32
    private let far: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
            throw TestServerError("socketpair: \(errno)")
        }
        for end in ends { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
        (near, far) = (ends[0], ends[1])
    }

    deinit { close(far) }

    /// - Returns: how many bytes were taken.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { max(0, Glibc.send(far, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))) }
    }

    enum Reading: Equatable {
        case bytes([UInt8])
        case nothing
        case end
    }

    func receive(atMost count: Int = 1 << 16) -> Reading {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(far, &bytes, count, 0)
        if received > 0 { return .bytes(Array(bytes.prefix(received))) }
        return received == 0 || errno != EAGAIN ? .end : .nothing
    }

    /// All until the end, which is waited for.
    func receiveToEnd() async throws -> [UInt8] {
        var all: [UInt8] = []
        try await waitUntil("the connection ends", every: .milliseconds(1)) {
            while true {
                switch receive() {
                case .bytes(let bytes): all += bytes
                case .nothing: return false
                case .end: return true
                }
            }
        }
        return all
    }

    /// The peer sends no more, and still reads.
    func endSending() { shutdown(far, Int32(SHUT_WR)) }
}
