/// That this node's sidecar has made mysqld read-only, and what it has changed for that: so that this can be taken back, also
/// by the next process, and nothing else.
struct FenceMarker: Equatable {
    var stoppedEvents: Bool
    /// The variable that was switched off; nil for none.
    var semiSync: String?

    private static let head = "pilotfish fence 1"
    private static let end = "end"
    private static let events = "event_scheduler"
    private static let known = ["rpl_semi_sync_source_enabled", "rpl_semi_sync_master_enabled"]

    var text: String {
        let lines = [Self.head] + (stoppedEvents ? [Self.events] : []) + [semiSync].compactMap { $0 } + [Self.end]
        return lines.map { $0 + "\n" }.joined()
    }

    init(stoppedEvents: Bool = false, semiSync: String? = nil) {
        self.stoppedEvents = stoppedEvents
        self.semiSync = semiSync
    }

    /// - Returns: nil for what this version did not write whole.
    init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.popLast() == "", lines.popLast() == Self.end, lines.first == Self.head else { return nil }
        self.init()
        for line in lines.dropFirst() {
            if line == Self.events {
                stoppedEvents = true
            } else if Self.known.contains(line) {
                semiSync = line
            } else {
                return nil
            }
        }
    }
}
