package import ClusterModel

/// Who is told what comes of the streams to and from other members. Nothing here may block, and who keeps messages bounds
/// how many.
package protocol PeerLinksObserver: Sendable {
    /// Those of one stream come in the order in which they were sent. Called on the event loop of the listener that others
    /// connect to (gossip's), not on that of the links.
    func received(_ message: [UInt8], from sender: MemberID)

    /// A stream to the member is open: messages to it are taken. On the links' event loop.
    func connected(to member: MemberID)

    /// That stream has ended: what was sent on it may be lost, or arrive yet. Once after each `connected`, on the links'
    /// event loop.
    func lost(_ member: MemberID)
}
