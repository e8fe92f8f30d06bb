internal import MySQLWire
internal import NIOCore

// A user whose password has expired may do nothing but set another one (error 1820). The servers say so in answers alone,
// to what is no SET: MariaDB, and MySQL where `disconnect_on_expired_password` is off or the client can handle it, let
// such a user in.
extension ProxySession {
    /// Goes on when it is known that the user is not in that sandbox: at once, but for the first command of a session in
    /// which mysqld has given no rows yet.
    ///
    /// - Parameter then: not called in the sandbox; mysqld's error is then the answer.
    func whenPasswordHolds(_ command: InterceptedCommand, _ then: @escaping () -> Void) {
        guard phase == .relaying, !isPasswordKnownToHold, !machine.hasSeenRows, Self.mayBeAnswered(command.code) else {
            return then()
        }
        askServer("SELECT 1", answering: command) { outcome in
            switch outcome {
            case .row:
                self.isPasswordKnownToHold = true
                then()
            case .refused(let error) where error.errno == Self.mustChangePassword:
                // It may be the statement that sets it.
                if command.code == Command.query { self.relayIntercepted(command) } else { self.refuse(command, error) }
            case .refused(let error):
                self.refuse(command, error)
            }
        }
    }

    /// Commands that the sidecar may answer without a statement that it has prepared before.
    private static func mayBeAnswered(_ command: UInt8) -> Bool {
        switch command {
        case Command.query, Command.statementPrepare, Command.initDatabase, Command.fieldList: true
        default: false
        }
    }

    /// ER_MUST_CHANGE_PASSWORD
    private static let mustChangePassword: UInt16 = 1820
}
