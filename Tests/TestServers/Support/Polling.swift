/// Waits until a condition holds. The usual deadline is for what never comes: a busy machine may take its time.
///
/// - Parameters:
///   - what: completes the sentence "not within 120 s: …".
///   - condition: asked again and again; an error it throws counts as "not yet" and is named if time runs out.
/// - Throws: `TestServerError` when the deadline has passed.
package func waitUntil(
    _ what: String,
    deadline: Duration = .seconds(120),
    every pause: Duration = .milliseconds(10),
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    _ = try await waitFor(what, deadline: deadline, every: pause) { try await condition() ? true : nil }
}

/// Waits until `value` is not nil, and returns it. Otherwise like `waitUntil`.
package func waitFor<Value>(
    _ what: String,
    deadline: Duration = .seconds(120),
    every pause: Duration = .milliseconds(10),
    isolation: isolated (any Actor)? = #isolation,
    _ value: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: deadline)
    var lastError: (any Error)?
    while true {
        do {
            lastError = nil
            if let value = try await value() { return value }
        } catch let error as CancellationError {
            throw error
        } catch {
            lastError = error
        }
        guard clock.now < end else {
            throw TestServerError("not within \(deadline): \(what)" + (lastError.map { "; last error: \($0)" } ?? ""))
        }
        try await Task.sleep(for: pause, clock: clock)
    }
}
