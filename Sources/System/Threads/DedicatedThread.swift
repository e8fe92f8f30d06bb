internal import Glibc

/// A thread of the operating system for calls that block, which the cooperative pool must never do.
package struct DedicatedThread: Sendable {
    private let identifier: pthread_t

    /// - Parameters:
    ///   - name: as `top -H` shows it; what is beyond 15 bytes is cut.
    ///   - niceness: by how much other threads go before it, up to 19; what the system refuses is not said.
    package static func start(
        name: StaticString,
        niceness: Int32 = 0,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemCallError) -> DedicatedThread {
        // The box is retained here and released by the thread, or here again if there is no thread.
        let box = Unmanaged.passRetained(Body(name: name, niceness: niceness, run: body))
        var identifier = pthread_t()
        let status = pthread_create(
            &identifier,
            nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                // Signals are for the threads that wait for them.
                var everySignal = sigset_t()
                sigfillset(&everySignal)
                pthread_sigmask(SIG_BLOCK, &everySignal, nil)
                nameCurrentThread(body.name)
                // On Linux this is the calling thread's alone.
                if body.niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, body.niceness) }
                body.run()
                return nil
            },
            box.toOpaque()
        )
        guard status == 0 else {
            box.release()
            throw SystemCallError(call: "pthread_create", number: status)
        }
        return DedicatedThread(identifier: identifier)
    }

    package var isCurrent: Bool { pthread_equal(identifier, pthread_self()) != 0 }

    /// Waits until the body has returned. Call it once, from another thread.
    package func join() {
        pthread_join(identifier, nil)
    }

    private final class Body: Sendable {
        let name: StaticString
        let niceness: Int32
        let run: @Sendable () -> Void

        init(name: StaticString, niceness: Int32, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.run = run
        }
    }
}

/// By /proc, since `pthread_setname_np` is hidden from Swift behind _GNU_SOURCE. Only the name is missing if it fails.
private func nameCurrentThread(_ name: StaticString) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name.utf8Start, min(name.utf8CodeUnitCount, 15))
    close(file)
}
