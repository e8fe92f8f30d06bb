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

    func admit(account: String, host: String) -> GuessLimit.Admission {
        limit.withLock { $0.admit(account: account, host: host, now: NIODeadline.now().uptimeNanoseconds) }
    }

    func noteWrongPassword(account: String, host: String) {
        limit.withLock { $0.noteWrongPassword(account: account, host: host, now: NIODeadline.now().uptimeNanoseconds) }
    }

    /// - Returns: nil in the future if it takes the password itself to tell; nil at once if too many wait already.
    func verify(_ check: PasswordCheck, user: String, on loop: SocketLoop) -> EventLoopFuture<Bool?>? {
        guard check.isSlow else { return loop.makeSucceededFuture(accounts.verify(user: user, check, cipher: cipher)) }
        return hashing.run(on: loop) { self.accounts.verify(user: user, check, cipher: self.cipher) }
    }

    /// - Returns: nil at once if too many wait already.
    func answer(_ request: CipherRequest, on loop: SocketLoop) -> EventLoopFuture<[UInt8]?>? {
        ciphering.run(on: loop) { self.cipher.answer(request) }
    }
}
