internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets
internal import Synchronization

/// Looks at passwords on behalf of all loops, on threads of its own where that is slow, and at those for the sidecar's
/// accounts no faster than `GuessLimit` lets an address guess.
final class PasswordVerifier: Sendable {
    private let accounts: any AccountVerifying & Sendable
    private let cipher: any PasswordCipher & Sendable
    /// Clients that are in come first. More passwords in wait could not be answered before their clients gave up.
    private let hashing = BoundedThreads(count: AvailableCores.count > 2 ? 2 : 1, niceness: 10, longestQueue: 256)
    /// Of logins to mysqld above all, which whoever guesses at the sidecar's accounts is not to hold up.
    private let ciphering = BoundedThreads(count: 1, niceness: 0, longestQueue: 1_024)
    private let limit = Mutex(GuessLimit())

    init(accounts: any AccountVerifying & Sendable, cipher: any PasswordCipher & Sendable) {
        self.accounts = accounts
        self.cipher = cipher
    }

    /// Verifies nothing that is slow any more.
    func stop() async {
        await hashing.stop()
        await ciphering.stop()
    }

    enum Judgement: Sendable {
        /// - Parameter isRight: nil if it takes the password itself to tell.
        case known(_ isRight: Bool?)
        case guessedTooFast
        /// Too many wait already.
        case notLookedAt
    }

    /// The future fails when the threads have ended.
    func judge(
        _ check: PasswordCheck,
        user: String,
        host: String,
        on loop: SocketLoop
    ) -> EventLoopFuture<Judgement> {
        let admission = limit.withLock { $0.admit(account: user, host: host, now: Self.now) }
        switch admission {
        case .now: return look(at: check, user: user, host: host, on: loop)
        case .after(let nanoseconds):
            return loop.flatScheduleTask(in: .nanoseconds(Int64(nanoseconds))) {
                self.look(at: check, user: user, host: host, on: loop)
            }.futureResult
        case .refused: return loop.makeSucceededFuture(.guessedTooFast)
        }
    }

    private func look(
        at check: PasswordCheck,
        user: String,
        host: String,
        on loop: SocketLoop
    ) -> EventLoopFuture<Judgement> {
        guard check.isSlow else {
            let isRight = accounts.verify(user: user, check, cipher: cipher)
            return loop.makeSucceededFuture(judged(isRight, user: user, host: host))
        }
        let hashed = hashing.run(on: loop) { self.accounts.verify(user: user, check, cipher: self.cipher) }
        return hashed?.map { self.judged($0, user: user, host: host) } ?? loop.makeSucceededFuture(.notLookedAt)
    }

    private func judged(_ isRight: Bool?, user: String, host: String) -> Judgement {
        if isRight == false {
            limit.withLock { $0.noteWrongPassword(account: user, host: host, now: Self.now) }
        }
        return .known(isRight)
    }

    private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// - Returns: nil at once if too many wait already.
    func answer(_ request: CipherRequest, on loop: SocketLoop) -> EventLoopFuture<[UInt8]?>? {
        ciphering.run(on: loop) { self.cipher.answer(request) }
    }
}
