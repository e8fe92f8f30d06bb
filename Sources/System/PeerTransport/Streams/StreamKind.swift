/// What a stream between sidecars carries. Its first byte says so: protocols share the port.
package enum StreamKind: UInt8, Sendable {
    /// `G`: one request of gossip and its reply.
    case gossip = 0x47
    /// `Q`: messages of a quorum's peer, one way, for as long as both live.
    case quorum = 0x51
}
