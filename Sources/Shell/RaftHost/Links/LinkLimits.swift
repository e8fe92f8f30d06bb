/// What the streams between the members of a quorum may cost, and how long things may take.
package struct LinkLimits: Hashable, Sendable {
    /// For the connection, and as much again for the other end's part of the opening.
    package var connectMilliseconds = 1_000
    /// What was sent and not acknowledged for so long ends a stream (TCP_USER_TIMEOUT). That needs something to be under
    /// way, which heartbeats always are: a silent stream may be dead for longer without harm.
    package var unacknowledgedMilliseconds = 2_000
    /// What a member has not taken yet; beyond it messages to it are dropped.
    package var maximumQueuedBytes = 4 * 1024 * 1024
    /// What was given to send and has not come to the event loop yet, for all members together.
    package var maximumWaitingBytes = 16 * 1024 * 1024
    /// Members whose streams are taken.
    package var maximumInbound = 128
    /// Streams that nobody has named himself on yet. A further one ends the oldest: whoever is one of us says so at once.
    package var maximumStrangers = 32
    /// In which a stream has to say whom it is from.
    package var helloMilliseconds = 5_000

    package init() {}
}
