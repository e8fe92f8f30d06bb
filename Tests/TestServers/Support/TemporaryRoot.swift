internal import Foundation
internal import Glibc
internal import Synchronization

/// The folder that everything of this test process lies in. It is removed when the process exits, and, should the
/// process be killed, by the next one.
package enum TemporaryRoot {
    private static let prefix = "pilotfish-tests-"
    private static let counter = Atomic(0)

    private static let path: String = {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        removeLeftovers(in: parent)
        let path = "\(parent)/\(prefix)\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        // Children are killed by the kernel when this process ends; what they still write by then is of no interest.
        atexit { TemporaryRoot.remove() }
        return path
    }()

    /// A new, empty folder. Its path is short enough for a unix socket in it.
    package static func makeDirectory(_ name: String) throws -> String {
        let number = counter.add(1, ordering: .relaxed).newValue
        let directory = "\(path)/\(number)-\(name)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return directory
    }

    private static func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func removeLeftovers(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            guard let owner = Int32(name.dropFirst(prefix.count)), kill(owner, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }
}
