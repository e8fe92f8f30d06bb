internal import NIOCore
internal import Sockets

// A client that ends its side, by shutdown(2), by TLS or by leaving: what it sent before is carried out, and answered as
// long as somebody takes the answers. mysqld hears of the end as it would without a sidecar.
extension ProxySession {
    func clientEnded() {
        guard !isClientEnded, phase != .closed else { return }
        isClientEnded = true
        switch phase {
        case .proxyHeader, .login: close()
        case .authenticating, .relaying, .local, .closed:
            // As mysqld ends SLEEP and GET_LOCK.
            if wait != nil { shared.endWait(of: self) }
            boundAnswer()
            processClient()
            flushBackend()
            flushClient()
        }
    }

    /// Once every whole command has gone its way: mysqld says what it has to say and closes then.
    func passOnEnd() {
        guard !isClientBlocked, !isEndPassedOn else { return }
        switch phase {
        case .relaying:
            isEndPassedOn = true
            backend?.endOutput()
        case .local where !hasCommandUnderWay:
            closeAfterWriting()
        case .proxyHeader, .login, .authenticating, .local, .closed:
            break
        }
    }
}
