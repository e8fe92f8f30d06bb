internal import ClusterModel
internal import Metrics
internal import Synchronization

/// What the streams between members have carried; on any thread.
final class LinkCounters: MetricSource {
    private let streams = Atomic(0)
    private let messagesIn = Atomic(0)
    private let messagesOut = Atomic(0)
    private let dropped = Atomic(0)
    private let refused = Atomic(0)

    func opened() { streams.add(1, ordering: .relaxed) }
    func ended() { streams.subtract(1, ordering: .relaxed) }
    func received() { messagesIn.add(1, ordering: .relaxed) }
    func sent() { messagesOut.add(1, ordering: .relaxed) }
    func dropped(_ count: Int = 1) { dropped.add(count, ordering: .relaxed) }
    func refusedStream() { refused.add(1, ordering: .relaxed) }

    var metrics: [Metric] {
        func value(_ number: borrowing Atomic<Int>) -> Int { number.load(ordering: .relaxed) }
        return [
            .gauge("QUORUM_STREAMS", value(streams), "Streams to other members of the quorum that are open."),
            .counter("QUORUM_MESSAGES_IN", value(messagesIn), "Messages of the quorum's members that were received."),
            .counter("QUORUM_MESSAGES_OUT", value(messagesOut), "Messages that were sent to the quorum's members."),
            .counter(
                "QUORUM_MESSAGES_DROPPED",
                value(dropped),
                "Messages that were not sent: no stream was open, or the member did not take those before them."
            ),
            .counter(
                "QUORUM_STREAMS_REFUSED",
                value(refused),
                "Streams of others that were ended for what came on them, or did not come, or because there were too many."
            ),
        ]
    }
}
