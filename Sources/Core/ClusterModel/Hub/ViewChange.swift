/// What one event made of the view, as everybody who listens is told.
package struct ViewChange: Hashable, Sendable {
    package var old: ClusterView
    package var new: ClusterView
    /// The lines of history that came with it.
    package var events: [ClusterEvent]
    /// What the other members are to be told of this one; nil when there is nothing new.
    package var announcement: Announcement?
    /// What the probe has just seen; nil if it was something else that happened.
    package var look: ServerCondition?

    /// This member's own words.
    package struct Announcement: Hashable, Sendable {
        package var record: MemberRecord
        /// Others act on the change; load and lag may wait.
        package var isUrgent: Bool
    }
}
