/// What the hub decides: how each event changes the view, and what the others are to be told of this member.
///
/// This member's own words are known here first. What gossip says of them came from here, so it is taken for its liveness
/// alone.
package struct HubState: Sendable {
    private var builder: ClusterViewBuilder
    private var membership: [MemberSnapshot] = []
    private var record: MemberRecord
    /// As others were last told.
    private var announced: MemberRecord

    /// - Parameters:
    ///   - record: this member's first words, with which gossip begins.
    ///   - expectsOthers: whether there should be other members.
    package init(clusterName: String, localID: MemberID, record: MemberRecord, expectsOthers: Bool = false) {
        builder = ClusterViewBuilder(clusterName: clusterName, localID: localID, expectsOthers: expectsOthers)
        self.record = record
        announced = record
    }

    package var view: ClusterView { builder.view }

    /// The node knows itself before it has heard of anyone: a client that is let in at once finds its row.
    package mutating func begin(at time: MonotonicTime, now: WallTime) -> ViewChange {
        let own = MemberSnapshot(
            id: view.localID,
            liveness: .alive,
            // As gossip begins.
            incarnation: Incarnation(rawValue: 1),
            lastHeard: time,
            record: record
        )
        return handle(.membership([own]), now: now)
    }

    package mutating func handle(_ event: HubEvent, now: WallTime) -> ViewChange {
        let old = view
        var change = ViewChange(old: old, new: old, events: [])
        switch event {
        case .membership(let members):
            membership = members
            rebuild(now)
        case .looked(let condition):
            change.look = condition
            change.announcement = announce(now) { $0.server = condition }
        case .quorum(let report, let words):
            builder.quorumChanged(report, now: now)
            change.announcement = announce(now) { $0.quorum = words }
        case .lagThreshold(let milliseconds):
            change.announcement = announce(now) { $0.lagThresholdMilliseconds = milliseconds }
        case .stopping:
            change.announcement = announce(now) { $0.isStopping = true }
        case .clientsComeOtherwise(let reason):
            builder.clientsComeOtherwise(reason: reason, now: now)
        case .memberRefused(let host, let theirs, let ours):
            builder.refused(host: host, theirs: theirs, ours: ours, now: now)
        case .nameConflict(let id, let kept, let refused):
            builder.nameConflict(id, kept: kept, refused: refused, now: now)
        case .nameReclaimed:
            builder.nameReclaimed()
        }
        change.new = view
        let last = old.events.last?.id ?? 0
        change.events = Array(view.events.drop { $0.id <= last })
        return change
    }

    private mutating func announce(
        _ now: WallTime,
        _ change: (inout MemberRecord) -> Void
    ) -> ViewChange.Announcement? {
        let before = record
        change(&record)
        if record != before { rebuild(now) }
        // With the version that the change itself has raised.
        record.topologyVersion = view.topologyVersion
        guard record != announced else { return nil }
        defer { announced = record }
        return ViewChange.Announcement(record: record, isUrgent: announced.isUrgentChange(to: record))
    }

    private mutating func rebuild(_ now: WallTime) {
        builder.update(membership.map(withOwnWords), now: now)
    }

    private func withOwnWords(_ member: MemberSnapshot) -> MemberSnapshot {
        guard member.id == view.localID else { return member }
        var member = member
        member.record = record
        return member
    }
}
