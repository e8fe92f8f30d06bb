/// By how much a member's answers may come late, as it says itself: nothing, or a power of two seconds.
///
/// Lifeguard (section IV.A) lets a member that is slow itself wait longer for others. This lets the others wait longer
/// for it, instead of suspecting it again and again and telling everybody each time.
struct Lateness: Hashable, Comparable, Sendable {
    /// 0 for nothing, n for 2^(n − 1) seconds.
    let rawValue: UInt8

    static let none = Lateness(rawValue: 0)
    /// Longer ones are left to the failure detector.
    static let longest = Lateness(rawValue: greatest)
    private static let greatest: UInt8 = 5

    /// - Parameter rawValue: a greater one than that of the longest, as another version may send, stands for the longest.
    init(rawValue: UInt8) { self.rawValue = min(rawValue, Self.greatest) }

    /// The shortest that covers the time; nothing for less than half a second.
    init(covering milliseconds: Int) {
        guard milliseconds >= 500 else {
            self = .none
            return
        }
        let covers = (1...Self.longest.rawValue).first { Lateness(rawValue: $0).milliseconds >= milliseconds }
        self = covers.map { Lateness(rawValue: $0) } ?? .longest
    }

    var milliseconds: Int { rawValue == 0 ? 0 : 1000 << (Int(rawValue) - 1) }

    static func < (one: Lateness, other: Lateness) -> Bool { one.rawValue < other.rawValue }
}
