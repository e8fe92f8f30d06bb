internal import COpenSSL

/// The queue of errors that OpenSSL keeps for each thread.
enum OpenSSLErrors {
    /// Forgets what earlier calls on this thread have left: SSL_get_error looks at the queue.
    static func clear() { ERR_clear_error() }

    /// The earliest reason in the queue, which is the most exact one; the queue is empty afterwards.
    static func takeReason() -> String {
        defer { ERR_clear_error() }
        let code = ERR_get_error()
        guard code != 0 else { return "no reason given" }
        guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: reason)
    }
}
