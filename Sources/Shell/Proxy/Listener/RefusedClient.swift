internal import MySQLWire
internal import NIOCore
internal import Sockets

extension SQLError {
    static let tooManyConnections = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")
}

/// A client that is turned away as mysqld does when its own limit is reached.
final class RefusedClient: ConnectionHandler {
    static func tell(_ connection: Connection) {
        var writer = PacketWriter(nextSequence: 0)
        SQLError.tooManyConnections.write(to: &writer, hasSQLState: false)
        connection.write(writer.buffer)
        connection.closeAfterWriting(within: .seconds(5))
    }

    func received(_ bytes: Span<UInt8>) {}
    func received(_ buffer: ByteBuffer) {}
    func readCompleted() {}
    func inputEnded() {}
    func writabilityChanged() {}
    func failed(_ error: any Error) {}
    func closed() {}
}
