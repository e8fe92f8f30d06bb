package import NIOCore

/// What a connection tells its owner, on the loop's thread.
package protocol ConnectionHandler: AnyObject {
    /// Bytes have come. They are the loop's and must not outlive the call.
    func received(_ bytes: Span<UInt8>)
    /// Bytes have come through the connection's channel handlers.
    func received(_ buffer: ByteBuffer)
    /// All that one read brought has been told.
    func readCompleted()
    /// The peer has ended its side, and all that it sent has been told.
    func inputEnded()
    /// `isWritable` is another.
    func writabilityChanged()
    /// The kernel takes what it did not take when it was written, which may be long ago; if that is not to go out any more,
    /// the connection is closed.
    func mayWriteWaiting() -> Bool
    /// A channel handler, or the socket, cannot go on.
    func failed(_ error: any Error)
    /// Told once, after everything else.
    func closed()
}

extension ConnectionHandler {
    package func mayWriteWaiting() -> Bool { true }
}
