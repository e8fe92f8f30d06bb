internal import Glibc
internal import Logging

/// Each session takes two descriptors: the process asks for as many as it may have, and lets in no more clients than it
/// can serve with them.
enum OpenFileLimit {
    /// Descriptors that no client takes: for the probe, gossip, listeners, files, and for operators when the sidecar is
    /// full.
    static let reserve = 128

    static func raise(_ logger: Logger) {
        guard var limit = current, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 {
            logger.warning("cannot raise the limit of open files", metadata: ["errno": "\(errno)"])
        }
    }

    /// - Returns: how many of the clients that are asked for can be served.
    static func connections(_ asked: Int, _ logger: Logger) -> Int {
        guard let limit = current else { return asked }
        let files = Int(clamping: limit.rlim_cur)
        let possible = connections(asked, openFiles: files)
        if possible < asked {
            logger.warning(
                "sql.max_connections is more than the limit of open files allows: fewer clients are taken",
                metadata: [
                    "max_connections": "\(asked)", "taken": "\(possible)", "open_files": "\(files)",
                    "needed": "\(2 * asked + reserve)",
                ]
            )
        }
        return possible
    }

    static func connections(_ asked: Int, openFiles: Int) -> Int {
        max(1, min(asked, (openFiles - reserve) / 2))
    }

    private static var current: rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
