internal import ClusterModel
internal import Foundation
internal import NIOCore

/// The two clocks that the cores are given.
enum Clocks {
    static var wall: WallTime {
        WallTime(microsecondsSince1970: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }

    /// The same clock that SwiftNIO schedules by.
    static var monotonic: MonotonicTime {
        MonotonicTime(nanoseconds: NIODeadline.now().uptimeNanoseconds)
    }
}
