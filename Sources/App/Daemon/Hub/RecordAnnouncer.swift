internal import ClusterModel
internal import GossipTransport

/// Tells the other members what is new of this one.
struct RecordAnnouncer: ClusterHubListener {
    let gossip: GossipService

    func viewChanged(_ change: ViewChange) {
        guard let news = change.announcement else { return }
        gossip.updateRecord(news.record.encoded(), urgent: news.isUrgent)
    }
}
