internal import MySQLWire
internal import NIOCore

/// mysqld's refusal of a login that came through the sidecar.
enum LoginRefusal {
    /// What mysqld says of the host is true of the sidecar and not of the client; whoever reads the error is told.
    ///
    /// - Parameter packet: with its header.
    static func explained(_ packet: ByteBuffer) -> ByteBuffer {
        var bytes = packet
        guard let sequence = packet.getInteger(at: packet.readerIndex + 3, as: UInt8.self),
            let payload = try? PacketReader.next(from: &bytes, limit: LoginMachine.maximumPacketBytes)?.payload,
            let error = SQLError(errorPacket: payload), namesHost.contains(error.errno)
        else { return packet }
        var writer = PacketWriter(nextSequence: sequence)
        SQLError(errno: error.errno, sqlState: error.sqlState, message: error.message + hint).write(to: &writer)
        return writer.buffer
    }

    /// ER_ACCESS_DENIED_ERROR, ER_HOST_NOT_PRIVILEGED, ER_HOST_IS_BLOCKED, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
    private static let namesHost: Set<UInt16> = [1045, 1130, 1129, 1698]

    private static let hint = " [through Pilotfish mysqld sees its sidecar's host, not the client's]"
}
