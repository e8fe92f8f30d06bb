internal import MySQLWire
internal import NIOCore

/// Turns a client away as mysqld does when its own limit is reached.
final class TooManyConnectionsHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        var writer = PacketWriter(nextSequence: 0)
        SQLError(errno: 1040, sqlState: "08004", message: "Too many connections").write(to: &writer, hasSQLState: false)
        let channel = context.channel
        channel.writeAndFlush(writer.buffer).whenComplete { _ in channel.close(promise: nil) }
    }
}
