extension SessionMachine {
    /// What a look for the OK packet that ends an answer brought about.
    package struct ServerSearch: Equatable, Sendable {
        package var outcome: ServerOutcome
        /// So many of the first bytes were followed; the rest is to be kept, and shown again with what comes next.
        package var consumed: Int
        /// Where in them an OK packet stands, with its header, that something may be added to; the last one in them.
        package var ok: Range<Int>?
    }

    /// As `consumeServer`, but stops behind an OK packet that ends an answer and that every client takes for one.
    ///
    /// For the time in which something is to be told to the client: what is kept is never more than one packet that
    /// `SessionStateChange` would rewrite.
    package mutating func consumeServerUpToOK(_ bytes: Span<UInt8>) throws(ProtocolViolation) -> ServerSearch {
        let search = try tracker.consumeUpToOK(bytes, limit: SessionStateChange.maximumPacketBytes)
        return ServerSearch(outcome: take(search.outcome), consumed: search.consumed, ok: search.ok)
    }

    /// Whether `consumeServer` and `consumeServerUpToOK` stop at refusals of a read-only server, so that they can be
    /// told in other words; not by itself.
    ///
    /// Passed over is one amid rows whose header ends the bytes in which it begins.
    package var stopsAtRefusals: Bool {
        get { tracker.stopsAtRefusals }
        set { tracker.stopsAtRefusals = newValue }
    }

    /// The last answer of mysqld that came to its end was an error.
    package var endedInError: Bool { tracker.endedInError }
}
