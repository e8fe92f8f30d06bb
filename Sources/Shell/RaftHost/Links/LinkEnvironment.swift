internal import ClusterModel
internal import Logging
internal import NIOCore
internal import PeerTransport

/// What all streams of a member share.
struct LinkEnvironment: Sendable {
    /// This member.
    let own: MemberID
    /// Nil where streams are not sealed.
    let cipher: (any PeerCipher)?
    /// Of the streams to others.
    let loop: any EventLoop
    let limits: LinkLimits
    let observer: any PeerLinksObserver
    let logger: Logger
    let counters = LinkCounters()
}
