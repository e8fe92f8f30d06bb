internal import MySQLClient
internal import Synchronization

/// Breaks off, from another thread, what the probe does on its connection, now and from then on.
final class ProbeInterruption: Sendable {
    private struct State: Sendable {
        var isOn = false
        var socket: ConnectionSocket?
    }

    private let state = Mutex(State())

    var isOn: Bool { state.withLock(\.isOn) }

    func turnOn() {
        state.withLock {
            $0.isOn = true
            $0.socket?.interrupt()
        }
    }

    /// - Parameter socket: of the present connection; nil while there is none.
    func cover(_ socket: ConnectionSocket?) {
        state.withLock {
            $0.socket = socket
            if $0.isOn { socket?.interrupt() }
        }
    }
}
