internal import Glibc

/// Tells systemd how far the process is, for units of `Type=notify` (sd_notify(3)): one datagram to the unix socket that
/// NOTIFY_SOCKET names. Without it nothing is told.
///
/// The calls below are those of a socket of its own, opened and closed here; it is never waited for.
enum ServiceManager {
    enum State: String {
        case ready = "READY=1"
        case stopping = "STOPPING=1"
    }

    static func tell(_ state: State) {
        guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }) else { return }
        tell(state, at: path)
    }

    /// - Parameter path: of the socket; `@` begins an abstract name.
    static func tell(_ state: State, at path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard let first = name.first, name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            buffer.copyBytes(from: name)
            if first == UInt8(ascii: "@") { buffer[0] = 0 }
        }
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + name.count)
        let text = Array(state.rawValue.utf8)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, CInt(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
