internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration anew, for SIGHUP and for whoever asks by SQL, one after another.
struct ReloadService: Service {
    let reloader: Reloader
    let requests: ReloadRequests

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals.cancelOnGracefulShutdown() { _ = await requests.reload() }
            }
            for await _ in requests.arrivals.cancelOnGracefulShutdown() { requests.answerAll(by: reloader) }
            requests.close()
        }
    }
}
