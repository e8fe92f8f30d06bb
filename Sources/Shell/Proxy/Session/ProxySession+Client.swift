internal import Logging
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

// The client's side.
extension ProxySession {
    func clientConnected(_ connection: Connection) {
        begin(connection)
        boundLogin()
        if shared.transport.sendsProxyHeader { ends = ProxyHeader.Ends(connection) }
        if shared.transport.expectsProxyHeader(from: peerHost) {
            phase = .proxyHeader
        } else {
            admit()
        }
        connection.read()
    }

    /// It is known who the client is.
    private func admit() {
        guard enterHost() else {
            shared.counters.refusedConnections.add(1)
            var writer = PacketWriter(nextSequence: 0)
            let message = "Too many connections from \(peerHost)"
            SQLError(errno: 1040, sqlState: "08004", message: message).write(to: &writer, hasSQLState: false)
            return closeAfterWriting(writer.buffer)
        }
        greetClient()
    }

    private func processProxyHeader() {
        do {
            guard case .header(let header, let count) = try ProxyHeaderDecoder.decode(fromClient) else { return }
            fromClient.moveReaderIndex(forwardBy: count)
            if let ends = header.ends {
                self.ends = ends
                peerHost = ends.source.host
                loginMachine.clientHost = peerHost
            }
            phase = .login
            admit()
            processClient()
        } catch {
            shared.counters.protocolViolations.add(1)
            shared.logger.info(
                "session ended: bad PROXY header",
                metadata: ["peer": "\(peerHost)", "what": "\(error)"]
            )
            closeAfterWriting()
        }
    }

    /// The steady state: what is complete goes on from where it was read to.
    func clientSent(_ bytes: Span<UInt8>) {
        guard phase == .relaying, fromClient.readableBytes == 0, question == nil, !isClientBlocked else {
            return clientSent(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) })
        }
        noteActivity()
        figures.bytesIn &+= bytes.count
        do {
            let marker = shared.marker
            let scan = try machine.scanClient(bytes) { marker.isCandidate($0) }
            if scan.forward > 0 {
                shared.counters.bytesFromClients.add(scan.forward)
                backend?.relay(bytes.extracting(..<scan.forward))
            }
            guard scan.forward < bytes.count else { return }
            bytes.extracting(scan.forward...).withUnsafeBytes { _ = fromClient.writeBytes($0) }
            if scan.stop != .needsMore { processClient() }
        } catch {
            fail(error, sequence: bytes.count > 3 ? bytes[3] &+ 1 : 1, from: "client")
        }
    }

    func clientSent(_ buffer: ByteBuffer) {
        noteActivity()
        figures.bytesIn &+= buffer.readableBytes
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
        isClientWritable = client?.isWritable ?? false
        guard isClientWritable else { return }
        noteKeptAnswer()
        processClient()
        flushBackend()
        flushClient()
        readClient()
        readBackend()
    }

    func clientDisconnected() { end() }

    func readClient() {
        guard let client, !isClientEnded, !isClientBlocked || readsWhileWaiting, authentication?.isCiphering != true
        else { return }
        if phase == .relaying, !isBackendWritable { return }
        if phase == .local, !isClientWritable { return }
        client.read()
    }

    /// Goes on with the client's bytes as far as they and mysqld's answers allow.
    func processClient() {
        do {
            switch phase {
            case .proxyHeader: processProxyHeader()
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
        if isClientEnded { passOnEnd() }
    }

    func processCommands() throws(ProtocolViolation) {
        isClientBlocked = false
        while phase == .relaying || phase == .local {
            guard question == nil, wait == nil, pendingKill == nil, !isAnswerPending, heldRefusal == nil else {
                isClientBlocked = true
                return
            }
            let bytes = fromClient
            let marker = shared.marker
            let scan = try machine.scanClient(bytes.readableBytesUInt8Span) { marker.isCandidate($0) }
            if scan.forward > 0, let slice = fromClient.readSlice(length: scan.forward) { writeToBackend(slice) }
            switch scan.stop {
            case .needsMore:
                return
            case .blocked:
                isClientBlocked = true
                return noteBlocked()
            case .misnumbered(let number):
                fromClient.setInteger(number, at: fromClient.readerIndex + 3)
            case .intercept(let command, let payloadLength):
                // Answers of our own wait for a client that reads: they must not pile up here.
                guard isClientWritable else {
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
        switch phase {
        case .authenticating: try processAuthentication()
        case .login: try processLogin()
        case .proxyHeader, .relaying, .local, .closed: break
        }
    }
}

extension ProxyHeader.Ends {
    /// Nil for a connection that is not TCP.
    fileprivate init?(_ connection: Connection) {
        guard let remote = connection.remoteAddress, let local = connection.localAddress,
            let source = ProxyEndpoint(remote), let destination = ProxyEndpoint(local)
        else { return nil }
        self.init(source: source, destination: destination)
    }
}

extension ProxyEndpoint {
    init?(_ address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        self.init(host: host, port: UInt16(clamping: port))
    }
}
