/// How far this member trusts its own judgement (Lifeguard, section IV.A, "local health multiplier").
///
/// A member whose process is slow or whose network is bad sees others fail that do not. Each sign of that raises the
/// score, each probe that succeeds lowers it; with score s the member probes s + 1 times as slowly and waits s + 1
/// times as long for acks.
struct LocalHealth: Equatable, Sendable {
    private(set) var score = 0
    let maximum: Int

    init(maximum: Int) { self.maximum = max(0, maximum) }

    /// Signs of trouble here: a probe that failed while no helper said a word, a rumour
    /// about this member that it had to refute, a timer that fired late.
    mutating func worsen(by signs: Int = 1) { score = min(maximum, score + max(0, signs)) }

    mutating func improve() { score = max(0, score - 1) }

    /// How many times as long as usual a doubt may last, and a suspicion that nobody confirms. One sign alone changes
    /// nothing: of two members, the one that is left has nobody to ask.
    var patience: Int { min(max(1, score), Self.maximumPatience) }
    private static let maximumPatience = 4

    /// A time, stretched.
    func scaled(_ milliseconds: Int) -> Int {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: score + 1)
        return overflow ? milliseconds : product
    }
}
