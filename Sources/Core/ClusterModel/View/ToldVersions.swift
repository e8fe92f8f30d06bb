/// Which of the topology versions that members tell this node takes over.
///
/// A version is only ever raised, so a wrong one would stay for ever, and be told on: one that lies too far ahead is
/// therefore not taken over, and is gone with the member that tells it. A node that has just started knows too little
/// to judge by itself, so it goes by what half of the others tell.
enum ToldVersions {
    /// - Parameters:
    ///   - own: this node's version.
    ///   - told: those of the others that are present.
    static func merged(_ own: TopologyVersion, with told: [TopologyVersion]) -> TopologyVersion {
        guard let greatest = told.max(), greatest > own else { return own }
        if greatest <= .greatestTold, greatest.isCredible(after: own) { return greatest }
        let credible = told.filter { $0 <= .greatestTold }.sorted()
        // One alone might be the liar.
        var base = own
        if credible.count > 1 { base = max(own, credible[(credible.count - 1) / 2]) }
        return max(base, credible.last { $0.isCredible(after: base) } ?? base)
    }
}
