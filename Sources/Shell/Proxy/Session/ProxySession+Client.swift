internal import Logging
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// The client's side.
extension ProxySession {
    func clientConnected(_ connection: Connection) {
        begin(connection)
        boundLogin()
        if shared.transport.sendsProxyHeader { client.ends = ProxyHeader.Ends(connection) }
        if shared.transport.expectsProxyHeader(from: client.host) {
            stage = .proxyHeader
        } else {
            admit()
        }
        connection.read()
    }

    /// It is known who the client is.
    private func admit() {
        let full = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections from \(client.host)")
        client.place = shared.hosts.enter(client.host)
        if client.place == .forOperators { login.closedToOthers = full }
        guard client.place == nil else { return greetClient() }
        shared.counters.count(.refusedConnections)
        var writer = PacketWriter(nextSequence: 0)
        full.write(to: &writer, hasSQLState: false)
        closeAfterWriting(writer.buffer)
    }

    private func processProxyHeader() {
        do {
            guard try client.takeProxyHeader() else { return }
            login.clientIs(client.host)
            stage = .login
            admit()
            processClient()
        } catch {
            note(violation: error, "session ended: bad PROXY header", from: .client)
            closeAfterWriting()
        }
    }

    func clientSent(_ buffer: ByteBuffer) { clientSent(buffer.readableBytesUInt8Span, in: buffer) }

    /// The steady state: what is complete goes on from where it was read to.
    ///
    /// - Parameter buffer: nil where the bytes lie in the loop's own memory.
    func clientSent(_ bytes: Span<UInt8>, in buffer: ByteBuffer? = nil) {
        if isAtClosedGate { return refuseAtGate(bytes) }
        do {
            guard stage == .conversation, let followed = try conversation?.followClient(bytes) else {
                return clientSent(other: buffer ?? bytes.withUnsafeBytes { ByteBuffer(bytes: $0) })
            }
            rest.isActive = true
            figures.bytesIn &+= bytes.count
            if followed.count == 0 {
                // All of it waits.
            } else if let slice = buffer?.getSlice(at: buffer?.readerIndex ?? 0, length: followed.count) {
                writeToServer(slice)
            } else {
                shared.counters.add(followed.count, to: .bytesFromClients)
                server.connection?.relay(bytes.extracting(..<followed.count))
            }
            if followed.isMore { perform(.goOn) }
        } catch {
            fail(error, sequence: bytes.count > 3 ? bytes[3] &+ 1 : 1, from: .client)
        }
    }

    private func clientSent(other buffer: ByteBuffer) {
        rest.isActive = true
        figures.bytesIn &+= buffer.readableBytes
        if stage == .conversation { return perform(.clientSent(buffer)) }
        client.received.writeImmutableBuffer(buffer)
        processClient()
    }

    func clientReadCompleted() {
        flushServer()
        flushClient()
        readClient()
        endIfQuiet()
    }

    func clientWritabilityChanged() {
        client.isWritable = client.connection?.isWritable ?? false
        noteKeptAnswer()
        guard client.isWritable else { return perform(.clientIsFull) }
        perform(.clientBecameWritable)
        settle()
    }

    /// By shutdown(2), by TLS or by leaving.
    func clientEnded() {
        guard !client.isEnded, stage != .closed else { return }
        client.isEnded = true
        switch stage {
        case .proxyHeader: close()
        // Its verdict is mysqld's to give, as if there were no sidecar.
        case .login: if !login.isServerDeciding { close() }
        case .closed: break
        case .conversation:
            perform(.clientEnded)
            settle()
        }
    }

    func readClient() {
        guard let connection = client.connection, !client.isEnded,
            stage == .conversation ? wants.client && server.isWritable : !login.isCiphering
        else { return }
        connection.read()
    }

    /// Goes on with the client's bytes before a login is over.
    func processClient() {
        do {
            switch stage {
            case .proxyHeader: processProxyHeader()
            case .login: try processLogin()
            case .conversation, .closed: break
            }
        } catch {
            let sequence = client.received.getInteger(at: client.received.readerIndex + 3, as: UInt8.self) ?? 0
            fail(error, sequence: sequence &+ 1, from: .client)
        }
        if client.received.readableBytes == 0 || stage == .closed { client.received = ByteBuffer() }
    }
}
