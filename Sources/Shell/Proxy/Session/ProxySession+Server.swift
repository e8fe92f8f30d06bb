internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// mysqld's side.
extension ProxySession {
    func serverSent(_ buffer: ByteBuffer) { serverSent(buffer.readableBytesUInt8Span, in: buffer) }

    /// The steady state: what mysqld says goes on from where it was read to.
    ///
    /// - Parameter buffer: nil where the bytes lie in the loop's own memory.
    func serverSent(_ bytes: Span<UInt8>, in buffer: ByteBuffer? = nil) {
        if isAtClosedGate { return endAtGate() }
        do {
            let version = shared.topology.version
            guard stage == .conversation,
                let followed = try conversation?.followServer(bytes, topologyVersion: version)
            else { return serverSent(other: buffer ?? bytes.withUnsafeBytes { ByteBuffer(bytes: $0) }) }
            shared.counters.add(bytes.count, to: .bytesFromServer)
            if followed.count == 0 {
                // All of it waits.
            } else if let slice = buffer?.getSlice(at: buffer?.readerIndex ?? 0, length: followed.count) {
                writeToClient(slice)
            } else {
                figures.bytesOut &+= followed.count
                client.connection?.relay(bytes.extracting(..<followed.count))
            }
            if followed.isMore { performFromServer(.goOn) }
        } catch {
            fail(error, sequence: 1, from: .server)
        }
    }

    private func serverSent(other buffer: ByteBuffer) {
        switch stage {
        case .conversation:
            shared.counters.add(buffer.readableBytes, to: .bytesFromServer)
            performFromServer(.serverSent(buffer))
        case .login: authenticate(with: buffer)
        case .proxyHeader, .closed: break
        }
    }

    /// The client's next command may have waited for it.
    private func performFromServer(_ event: Conversation.Event) {
        perform(event)
        readClient()
    }

    func serverReadCompleted() {
        flushClient()
        flushServer()
        readServer()
        endIfQuiet()
    }

    func serverWritabilityChanged() {
        server.isWritable = server.connection?.isWritable ?? false
        if server.isWritable { readClient() }
    }

    /// mysqld sends no more, and does not listen either then.
    func serverEnded(_ handler: ServerHandler) {
        guard handler === server.handler else { return }
        server.connection?.close()
    }

    func serverDisconnected(_ handler: ServerHandler) {
        // Not of a connection that the session has left for another.
        guard handler === server.handler else { return }
        server.connection = nil
        switch stage {
        case .login where login.isServerDeciding:
            shared.counters.count(.backendFailures)
            closeWhenProbed()
        case .login: approach?.failed()
        case .conversation: perform(.serverEnded)
        case .proxyHeader, .closed: break
        }
    }

    /// A client that hears of mysqld's death amid a command may look at once for the next primary, at any node: it hears
    /// of it when the probe has seen it too, and so the tables have it. mysqld also closes sessions without dying.
    func closeWhenProbed() {
        server.endDeadline = .now() + LoopContext.patienceWithProbe
        endWhenProbed()
    }

    private func endWhenProbed() {
        guard let deadline = server.endDeadline, stage == .login || stage == .conversation else { return }
        guard server.isLocal, !shared.node.isServerDown, !shared.isDraining, .now() < deadline else {
            return closeAfterWriting()
        }
        shared.awaitNews(for: self, until: deadline)
    }

    /// Something may be new of the node, or the time that this was waited for is over.
    func newsOfNode() {
        approach?.news()
        endWhenProbed()
    }

    /// A server has taken the session.
    var isLedToServer: Bool {
        (stage == .login && login.isServerDeciding) || (stage == .conversation && conversation?.isLocal == false)
    }

    func readServer() {
        guard let connection = server.connection, stage == .conversation ? wants.server : !login.isCiphering
        else { return }
        connection.read()
    }
}
