internal import Foundation

/// What the kernel says of this process's memory (proc(5), `/proc/pid/status`).
enum ProcessMemory {
    /// The most that was ever resident, in KiB; 0 where the kernel does not say.
    static var peakKiB: Int { field("VmHWM:") }

    /// What is resident now, in KiB.
    static var residentKiB: Int { field("VmRSS:") }

    private static func field(_ name: String) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    }
}
