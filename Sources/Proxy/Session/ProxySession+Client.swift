internal import Logging
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// The client's side.
extension ProxySession {
    func clientConnected(_ context: ChannelHandlerContext) {
        guard begin(context) else {
            shared.counters.refusedConnections.add(1)
            var writer = PacketWriter(nextSequence: 0)
            let message = "Too many connections from \(peerHost)"
            SQLError(errno: 1040, sqlState: "08004", message: message).write(to: &writer, hasSQLState: false)
            return closeAfterWriting(writer.buffer)
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        loginDeadline = shared.eventLoop.scheduleTask(
            in: .milliseconds(Int64(shared.limits.handshakeTimeoutMilliseconds))
        ) { bound.value.loginTimedOut() }
        findDestination()
        context.read()
    }

    func clientSent(_ buffer: ByteBuffer) {
        noteActivity()
        if fromClient.readableBytes == 0 {
            fromClient = buffer
        } else {
            fromClient.writeImmutableBuffer(buffer)
        }
        processClient()
    }

    func clientReadCompleted() {
        flushBackend()
        flushClient()
        readClient()
    }

    func clientWritabilityChanged() {
        guard let client, client.channel.isWritable else { return }
        processClient()
        flushBackend()
        flushClient()
        readClient()
        readBackend()
    }

    func clientDisconnected() { end() }

    func readClient() {
        guard let client, !isClientBlocked else { return }
        if phase == .relaying, backend?.channel.isWritable == false { return }
        if phase == .local, !client.channel.isWritable { return }
        client.read()
    }

    /// Goes on with the client's bytes as far as they and mysqld's answers allow.
    func processClient() {
        do {
            switch phase {
            case .login: try processLogin()
            case .authenticating: try processAuthentication()
            case .relaying, .local: try processCommands()
            case .closed: fromClient.clear()
            }
        } catch {
            let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
            fail(error, sequence: sequence &+ 1, from: "client")
        }
        if fromClient.readableBytes == 0 { fromClient = ByteBuffer() }
    }

    func processCommands() throws(ProtocolViolation) {
        isClientBlocked = false
        while phase == .relaying || phase == .local {
            let bytes = fromClient
            let scan = try machine.scanClient(bytes.readableBytesUInt8Span) { statement in
                statement.withUnsafeBytes { StatementMarker.isCandidate($0) }
            }
            if scan.forward > 0, let slice = fromClient.readSlice(length: scan.forward) { writeToBackend(slice) }
            switch scan.stop {
            case .needsMore:
                return
            case .blocked:
                isClientBlocked = true
                return
            case .intercept(let command, let payloadLength):
                // Answers of our own wait for a client that reads: they must not pile up here.
                guard client?.channel.isWritable == true else {
                    isClientBlocked = true
                    return
                }
                let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
                guard let packet = fromClient.readSlice(length: PacketFormat.headerBytes + payloadLength) else {
                    return
                }
                shared.counters.commandsInspected.add(1)
                handle(InterceptedCommand(code: command, sequence: sequence, packet: packet))
            }
        }
        // COM_CHANGE_USER has begun a login.
        if phase == .authenticating { try processAuthentication() }
    }
}
