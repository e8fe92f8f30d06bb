internal import Synchronization

/// The password of the sidecar's account, which may be another one while the process runs.
package final class AccountPassword: Sendable {
    /// What the password is now; nil if that cannot be told. It may block, and is called on the thread that connects.
    package typealias Reader = @Sendable () -> String?

    private struct State: Sendable {
        var password: Password
        var read: Reader
    }

    private let state: Mutex<State>

    /// - Parameter text: empty for an account that the server identifies by its unix socket.
    package init(_ text: String, readAnew: @escaping Reader = { nil }) {
        state = Mutex(State(password: Password(text), read: readAnew))
    }

    package func replace(with text: String, readAnew: @escaping Reader) {
        state.withLock { $0 = State(password: Password(text), read: readAnew) }
    }

    var current: Password { state.withLock(\.password) }

    /// Reads it anew.
    ///
    /// - Returns: whether it is another one now.
    func refresh() -> Bool {
        let reader = state.withLock(\.read)
        guard let text = reader() else { return false }
        return state.withLock { state in
            defer { state.password = Password(text) }
            return state.password.text != text
        }
    }
}
