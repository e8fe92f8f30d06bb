internal import ClusterModel
internal import Glibc
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

/// The way of a session's login to its server: carries out what `ServerSearch` decides.
///
/// It and its session hold each other until the login has come to its end.
final class ServerApproach {
    private let session: ProxySession
    private let shared: LoopContext
    private var search: ServerSearch
    private var greetingDeadline: Scheduled<Void>?
    /// The server that is on the way, or there.
    private(set) var link: ServerLink?

    init(_ session: ProxySession) {
        self.session = session
        shared = session.shared
        let now = NIODeadline.now().uptimeNanoseconds
        let limits = shared.limits
        search = ServerSearch(
            goal: session.door == .node
                ? .ownServer : .primary(deadline: now + UInt64(limits.primaryWaitMilliseconds) * 1_000_000),
            pathPatience: UInt64(limits.greetingTimeoutMilliseconds) * 1_000_000,
            now: now
        )
    }

    // MARK: - Events

    func begin() { carryOut(search.begin(now: now, shared.nodeFacts)) }

    /// Something may be new of the node, or a time has come.
    func news() { carryOut(search.news(now: now, shared.nodeFacts)) }

    /// The server has not been reached, does not greet, or has gone before it did.
    ///
    /// - Parameter error: nil for that of an outage.
    func failed(_ error: SQLError? = nil) {
        if let link { shared.servers.noteAbsence(of: link.address) }
        carryOut(search.failed(error, now: now, shared.nodeFacts))
    }

    /// - Returns: false if it is another server that is wanted by now.
    func greeted() -> Bool {
        greetingDeadline?.cancel()
        let action = search.greeted(now: now, shared.nodeFacts)
        carryOut(action)
        return action == nil
    }

    func end() { greetingDeadline?.cancel() }

    private var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    // MARK: - Actions

    private func carryOut(_ action: ServerSearch.Action?) {
        guard session.approach === self, let action else { return }
        leave()
        switch action {
        case .connect(let address, let isLocal): connect(to: address, isLocal: isLocal)
        case .wait(let until): shared.awaitNews(for: session, until: .uptimeNanoseconds(until))
        case .fail(let error): session.serverIsUnavailable(error)
        }
    }

    /// The server that was on the way is left.
    private func leave() {
        greetingDeadline?.cancel()
        link = nil
        session.server.leave()?.close()
    }

    private func connect(to address: ServerAddress, isLocal: Bool) {
        session.server.address = address
        session.server.isLocal = isLocal
        link = ServerLink(
            address: address,
            isLocal: isLocal,
            security: shared.transport.serverSecurity(isMember: !isLocal),
            isToldOfClient: isLocal && shared.transport.sendsProxyHeader
        )
        let refusals = session.login.led(toOwnServer: isLocal, isForbidden: shared.isForbidden)
        guard refusals.isEmpty else { return session.carryOut(refusals) }
        BackendConnector.connect(to: address, within: patience, context: shared).assumeIsolated().whenComplete {
            self.connected($0)
        }
    }

    private var patience: TimeAmount {
        let limit = shared.patienceWithGreeting(of: link?.address)
        return .nanoseconds(Int64(clamping: search.patience(limit: UInt64(limit.nanoseconds), now: now)))
    }

    private func connected(_ result: Result<Int32, any Error>) {
        let isWanted = session.approach === self
        do {
            let descriptor = try result.get()
            guard isWanted else {
                close(descriptor)
                return
            }
            try session.server.connect(descriptor, session)
        } catch {
            if isWanted { failed(shared.connectError(error, session.door)) }
            return
        }
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        greetingDeadline = shared.eventLoop.scheduleTask(in: patience) { bound.value.failed() }
        if link?.isToldOfClient == true {
            session.writeToServer(ByteBuffer(bytes: ProxyHeader(ends: session.client.ends).encodedV2))
            session.flushServer()
        }
        session.server.connection?.read()
    }
}
