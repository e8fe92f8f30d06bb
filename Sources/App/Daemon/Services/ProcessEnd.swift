internal import Dispatch
internal import Glibc
internal import Proxy

/// A part that does not come to its end, whatever the reason, keeps nobody from stopping the process.
struct ProcessEnd: Sendable {
    let proxy: ProxyServer

    /// What the end may take beyond the time that sessions are given.
    private static let marginMilliseconds = 15_000

    func isComing() {
        let limit = DispatchTimeInterval.milliseconds(proxy.drainMilliseconds + Self.marginMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + limit) { _exit(EXIT_FAILURE) }
    }
}
