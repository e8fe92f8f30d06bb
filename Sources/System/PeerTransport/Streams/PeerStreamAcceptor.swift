package import NIOCore

/// Whoever serves the streams of a kind that other members open to this one.
package protocol PeerStreamAcceptor: Sendable {
    /// Called on the channel's event loop when the opening is done. How long the stream may last, and how many there may
    /// be, is the acceptor's affair from then on.
    ///
    /// - Returns: what goes on with the stream, in the channel's pipeline; nil refuses it.
    func accept(_ channel: any Channel, on nonces: StreamNonces) -> (any ChannelHandler)?
}
