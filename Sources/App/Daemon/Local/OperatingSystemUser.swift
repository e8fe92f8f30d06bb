#if canImport(Glibc)
    internal import Glibc
#endif

/// The operating system account of this process, as mysqld sees it at the other end of a unix socket.
enum OperatingSystemUser {
    /// The name of the effective user id; the number itself if it has no name. Read once, at the start.
    static var name: String {
        let id = geteuid()
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return String(id) }
        return String(cString: name)
    }
}
