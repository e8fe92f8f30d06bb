internal import Synchronization

/// The password of the sidecar's account, which may be another one while the process runs.
package final class AccountPassword: Sendable {
    /// What the password is now; nil if that cannot be told. It may block, and is called on the probe's thread.
    package typealias Reader = @Sendable () -> String?

    private struct State: Sendable {
        var text: String
        var read: Reader
    }

    private let state: Mutex<State>

    /// - Parameter text: empty for an account that the server identifies by its unix socket.
    package init(_ text: String, readAnew: @escaping Reader = { nil }) {
        state = Mutex(State(text: text, read: readAnew))
    }

    package func replace(with text: String, readAnew: @escaping Reader) {
        state.withLock { $0 = State(text: text, read: readAnew) }
    }

    package var current: Password { Password(state.withLock(\.text)) }

    /// Reads it anew.
    ///
    /// - Returns: whether it is another one now.
    package func refresh() -> Bool {
        let reader = state.withLock(\.read)
        guard let text = reader() else { return false }
        return state.withLock { state in
            defer { state.text = text }
            return state.text != text
        }
    }
}
