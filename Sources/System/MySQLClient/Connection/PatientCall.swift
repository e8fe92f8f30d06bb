internal import ClusterModel
internal import Glibc

/// A call of the C library, and how long it waits for mysqld: wherever the socket is not ready, the library asks here, on
/// the thread that has called it.
///
/// Unsafe: what the thread has under `key` is a `PatientCall` that `run` keeps alive until it has taken it away again.
final class PatientCall {
    private let signal: ThreadSignal?
    private let deadline: MonotonicTime
    private let isWanted: () -> Bool
    private var failure: AdminError?

    /// - Parameters:
    ///   - signal: breaks the call off when it stops; nil where nothing does.
    ///   - isWanted: asked whenever the signal wakes; false breaks the call off.
    init(until deadline: MonotonicTime, signal: ThreadSignal?, while isWanted: @escaping () -> Bool = { true }) {
        self.deadline = deadline
        self.signal = signal
        self.isWanted = isWanted
    }

    /// - Throws: `noAnswer` and `brokenOff` in place of what the library makes of them.
    func run<Result>(_ body: () throws(AdminError) -> Result) throws(AdminError) -> Result {
        pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(Self.key, nil) }
        do throws(AdminError) {
            return try body()
        } catch {
            if let failure { throw failure }
            // There are waits that the library does not ask about, such as those within a TLS handshake.
            throw error.isConnectionLost && MonotonicTime.current >= deadline ? .noAnswer : error
        }
    }

    /// MARIADB_OPT_IO_WAIT: 1 when the socket is ready, 0 to give up.
    static let libraryWait: @convention(c) (Int32, CChar, Int32) -> Int32 = { socket, isRead, _ in
        guard let current = pthread_getspecific(key) else { return 0 }
        let call = Unmanaged<PatientCall>.fromOpaque(current).takeUnretainedValue()
        return call.wait(for: isRead != 0 ? POLLIN : POLLOUT, on: socket) ? 1 : 0
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private func wait(for events: Int32, on descriptor: Int32) -> Bool {
        while true {
            guard signal?.isStopping != true, isWanted() else {
                failure = .brokenOff
                return false
            }
            let wake =
                signal?.waitInCall(until: deadline, for: events, on: descriptor)
                ?? ThreadSignal.wait(until: deadline, for: events, on: descriptor)
            switch wake {
            case .connectionReady: return true
            case .requested: continue
            case .deadline:
                failure = .noAnswer
                return false
            }
        }
    }
}

extension AdminError {
    /// CR_SERVER_LOST of our own: mysqld did not answer in the time that it had.
    package static let noAnswer = AdminError(code: 2013, sqlState: "HY000", text: "No answer in time")
    /// CR_SERVER_LOST of our own: whoever asked does not wait any longer.
    package static let brokenOff = AdminError(code: 2013, sqlState: "HY000", text: "The call was broken off")
}
