internal import ClusterModel
internal import MySQLWire
internal import NIOCore

/// mysqld's refusal of a login that came through the sidecar.
enum ServerRefusal {
    /// What mysqld says of the host is true of the sidecar and not of the client; whoever reads the error is told.
    ///
    /// - Parameters:
    ///   - packet: with its header.
    ///   - host: the client's, if mysqld is told of it; nil otherwise, for the host that mysqld names.
    ///   - hint: as refusals of the sidecar's own have it.
    /// - Returns: the packet for the client, and the host that mysqld names if it says that name or password are wrong.
    static func explained(
        _ packet: ByteBuffer,
        user: String,
        host: String?,
        hint: String
    ) -> (packet: ByteBuffer, deniedHost: String?) {
        var bytes = packet
        guard let sequence = packet.getInteger(at: packet.readerIndex + 3, as: UInt8.self),
            let payload = try? PacketReader.next(from: &bytes, limit: LoginMachine.maximumPacketBytes)?.payload,
            let error = SQLError(errorPacket: payload)
        else { return (packet, nil) }
        let denial = AccessDenied.error(error, user: user, host: host, hint: hint)
        // Another sidecar behind this one has said it already.
        guard denial != nil || (namesHost.contains(error.errno) && !error.message.hasSuffix(hint)) else {
            return (packet, nil)
        }
        let changed =
            denial?.error ?? SQLError(errno: error.errno, sqlState: error.sqlState, message: error.message + hint)
        var writer = PacketWriter(nextSequence: sequence)
        changed.write(to: &writer)
        return (writer.buffer, denial?.seenHost)
    }

    /// - Parameters:
    ///   - backend: what stands behind the session, as mysqld is reached from the sidecar.
    ///   - client: its address.
    /// - Returns: nothing if mysqld sees the client's own address, since both come by the same loopback address.
    static func hint(_ backend: ServerAddress, client: String) -> String {
        switch backend {
        case .unixSocket: " [through Pilotfish mysqld sees its sidecar's host ('localhost'), not the client's]"
        case .tcp(let address) where address.host == client && ["127.0.0.1", "::1"].contains(client): ""
        case .tcp: " [through Pilotfish mysqld sees its sidecar's host, not the client's]"
        }
    }

    /// The unix socket is closed to clients (see `ClientPath`). Who may come in by it is for the log.
    static let closedSocket = SQLError(
        errno: 1045,
        sqlState: "28000",
        message:
            "Access denied: mysqld's unix socket lets the sidecar's operating system account in without a password, "
            + "and mysqld does not listen on TCP: clients are not forwarded; the sidecar's log says more"
    )

    /// ER_ACCESS_DENIED_ERROR, ER_HOST_NOT_PRIVILEGED, ER_HOST_IS_BLOCKED, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
    private static let namesHost: Set<UInt16> = [1045, 1130, 1129, 1698]
}
