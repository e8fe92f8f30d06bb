internal import ClusterModel

extension HostPort {
    /// Every address of the host: nothing that others could connect to.
    var isWildcard: Bool {
        switch host {
        case "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "0", "*": true
        default: false
        }
    }

    /// Only processes of the same machine reach it: 127.0.0.0/8, ::1, localhost.
    var isLoopback: Bool {
        if host == "::1" || host.lowercased() == "localhost" { return true }
        // All four numbers are looked at: a name such as 127.example.com is not loopback.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127"
            && parts.allSatisfy { part in
                part.utf8.count <= 3 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
    }

    /// Whether both cannot be listened on at once.
    func collides(with other: HostPort) -> Bool {
        port == other.port && (host == other.host || isWildcard || other.isWildcard)
    }
}
