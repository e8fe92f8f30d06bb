package import ClusterModel

/// A stream that this member opens: names it in the transport's answers.
package struct StreamID: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A stream that another member opened; numbered by the transport.
package struct InboundStreamID: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What happens to a `GossipNode`.
package enum GossipEvent: Equatable, Sendable {
    /// The time of `nextWakeUp` has come; harmless at any time.
    case timer
    // What comes encrypted names in `sealedBy` whom the encryption vouches for as its sender: it must be the one that
    // the message itself names.

    /// A datagram, decrypted, and the address that it came from.
    case datagram(from: HostPort, sealedBy: MemberID? = nil, bytes: [UInt8])
    /// The first frame of a stream that another member opened, decrypted, and the host that it came from.
    case streamRequest(InboundStreamID, from: String? = nil, sealedBy: MemberID? = nil, bytes: [UInt8])
    /// The answer to `openStream`, decrypted.
    case streamReply(StreamID, sealedBy: MemberID? = nil, bytes: [UInt8])
    /// No answer came: not resolved, refused, closed, undecipherable, too long or too late.
    case streamFailed(StreamID)
    case join(seeds: [HostPort])
    /// The local record has changed. Load and lag are `.routine` and may wait a second.
    case localRecordChanged([UInt8], Urgency)
    /// Say farewell; `GossipAction.left` follows.
    case leave
}

/// What a `GossipNode` wants done.
package enum GossipAction: Equatable, Sendable {
    case sendDatagram(to: HostPort, bytes: [UInt8])
    /// Connect, send one frame, wait for one frame, close. Exactly one of `streamReply` and `streamFailed` must
    /// follow, within a few seconds.
    case openStream(StreamID, to: HostPort, bytes: [UInt8])
    case reply(InboundStreamID, bytes: [UInt8])
    /// Close without an answer.
    case refuse(InboundStreamID)
    /// Packets of the member that claims the address, which is a name, come from another one.
    case heardFrom(HostPort, source: HostPort)
    /// Somebody's liveness, address or record is not what it was; see `GossipNode.members`.
    case membershipChanged
    /// Something that an operator may want to read.
    case notice(GossipNotice)
    /// The farewell has been sent; the node does nothing any more.
    case left
}

package enum GossipNotice: Equatable, Sendable {
    /// A seed took this member in.
    case joined(through: MemberID)
    case memberChanged(MemberID, from: Liveness?, to: Liveness, address: HostPort)
    case memberForgotten(MemberID)
    /// Others took this member for suspect or dead, or for its former life; it has said otherwise.
    case refuted(rumour: Liveness, incarnation: Incarnation)
    /// Two living processes use one name; the one at `kept` keeps it.
    case nameConflict(MemberID, kept: HostPort, refused: HostPort)
    /// The name of this member was in use by another process and is free now.
    case nameReclaimed
    /// This process was paused for so long that it could not judge others.
    case stalled(milliseconds: Int)
    /// The others are told that answers of this member may come so late; 0 when that is over.
    case latenessTold(milliseconds: Int)
    /// Datagrams to the member are lost, though a stream reaches it.
    case datagramsLost(MemberID)
    case recordTooLong(bytes: Int)
    /// Somebody of another cluster speaks to this member, so often since this was last told; nil if the last of it came
    /// over a stream.
    case foreignCluster(from: HostPort?, count: Int)
    /// Somebody shares no version of the protocol with this cluster and is not let in.
    case versionRefused(host: String?, theirs: ProtocolVersions, ours: ProtocolVersions)
    /// The cluster speaks another version than before.
    case versionChanged(from: Int, to: Int)
}
