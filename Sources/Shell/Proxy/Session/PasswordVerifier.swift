internal import Glibc
internal import MySQLWire
internal import NIOCore
internal import NIOPosix
internal import Sockets
internal import Synchronization

/// Looks at passwords on behalf of all loops: the slow hashes, and RSA, on threads of its own, and those for the sidecar's
/// accounts no faster than `GuessLimit` lets an address guess.
final class PasswordVerifier: Sendable {
    /// How many passwords wait to be hashed at most; more could not be answered before their clients gave up.
    private static let longestQueue = 256

    private let accounts: any AccountVerifying & Sendable
    private let cipher: any PasswordCipher & Sendable
    private let threads: NIOThreadPool
    private let queued = Atomic<Int>(0)
    private let limit = Mutex(GuessLimit())

    init(accounts: any AccountVerifying & Sendable, cipher: any PasswordCipher & Sendable) {
        self.accounts = accounts
        self.cipher = cipher
        threads = NIOThreadPool(numberOfThreads: AvailableCores.count > 2 ? 2 : 1)
        threads.start()
    }

    /// Verifies nothing that is slow any more.
    func stop() async { try? await threads.shutdownGracefully() }

    func admit(account: String, host: String) -> GuessLimit.Admission {
        limit.withLock { $0.admit(account: account, host: host, now: NIODeadline.now().uptimeNanoseconds) }
    }

    func noteWrongPassword(account: String, host: String) {
        limit.withLock { $0.noteWrongPassword(account: account, host: host, now: NIODeadline.now().uptimeNanoseconds) }
    }

    /// - Returns: nil in the future if it takes the password itself to tell; nil at once if too many wait already.
    func verify(_ check: PasswordCheck, user: String, on loop: SocketLoop) -> EventLoopFuture<Bool?>? {
        guard check.isSlow else { return loop.makeSucceededFuture(accounts.verify(user: user, check, cipher: cipher)) }
        return run(on: loop) { self.accounts.verify(user: user, check, cipher: self.cipher) }
    }

    /// - Returns: nil at once if too many wait already.
    func answer(_ request: CipherRequest, on loop: SocketLoop) -> EventLoopFuture<[UInt8]?>? {
        run(on: loop) { self.cipher.answer(request) }
    }

    private func run<Outcome: Sendable>(
        on loop: SocketLoop,
        _ work: @escaping @Sendable () -> Outcome
    ) -> EventLoopFuture<Outcome>? {
        guard queued.add(1, ordering: .relaxed).newValue <= Self.longestQueue else {
            queued.subtract(1, ordering: .relaxed)
            return nil
        }
        return threads.runIfActive(eventLoop: loop) {
            defer { self.queued.subtract(1, ordering: .relaxed) }
            // Of this thread alone (setpriority(2), "C library/kernel differences"): clients that are in come first.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            return work()
        }
    }
}
