internal import Clocks
internal import ClusterModel
internal import Gossip
internal import Proxy
internal import Synchronization

/// The counters behind the table STATUS.
final class StatusReport: ClusterHubListener {
    private let startedAt = Clocks.monotonic
    private let log: LogWriter
    private let proxyCounters: ProxyCounterSource
    private let node: LocalNode
    private let gossipCounters = Mutex(GossipCounters())
    private let probes = Atomic<Int>(0)
    private let failedProbes = Atomic<Int>(0)

    init(log: LogWriter, proxyCounters: ProxyCounterSource, node: LocalNode) {
        self.log = log
        self.proxyCounters = proxyCounters
        self.node = node
    }

    func update(_ counters: GossipCounters) {
        gossipCounters.withLock { $0 = counters }
    }

    func viewChanged(_ change: ViewChange) {
        guard let look = change.look else { return }
        probes.add(1, ordering: .relaxed)
        if look.current == nil { failedProbes.add(1, ordering: .relaxed) }
    }

    var variables: [(name: String, value: String)] {
        let proxy = proxyCounters.current
        let gossip = gossipCounters.withLock { $0 }
        let rows: [(String, Int)] = [
            ("UPTIME_SECONDS", Clocks.monotonic.milliseconds(since: startedAt) / 1000),
            ("LOG_LINES_LOST", log.lostCount),
            ("PROXY_CONNECTIONS_ACCEPTED", proxy.acceptedConnections),
            ("PROXY_CONNECTIONS_CURRENT", proxy.currentConnections),
            ("PROXY_CONNECTIONS_REFUSED", proxy.refusedConnections),
            ("PROXY_LOGINS_FAILED", proxy.failedLogins),
            ("PROXY_COMMANDS_INSPECTED", proxy.commandsInspected),
            ("PROXY_VIRTUAL_STATEMENTS", proxy.virtualStatements),
            ("PROXY_LONG_STATEMENTS", proxy.longStatements),
            ("PROXY_WAITING_SESSIONS", proxy.waitingSessions),
            ("PROXY_TOPOLOGY_NOTICES", proxy.topologyNotices),
            ("PROXY_PROTOCOL_VIOLATIONS", proxy.protocolViolations),
            ("PROXY_BACKEND_FAILURES", proxy.backendFailures),
            ("PROXY_BYTES_FROM_CLIENTS", proxy.bytesFromClients),
            ("PROXY_BYTES_FROM_SERVER", proxy.bytesFromServer),
            ("PROBE_RUNS", probes.load(ordering: .relaxed)),
            ("PROBE_FAILURES", failedProbes.load(ordering: .relaxed)),
            ("GOSSIP_MEMBERS", gossip.members),
            ("GOSSIP_PACKETS_IN", Int(clamping: gossip.packetsIn)),
            ("GOSSIP_PACKETS_OUT", Int(clamping: gossip.packetsOut)),
            ("GOSSIP_BYTES_IN", Int(clamping: gossip.bytesIn)),
            ("GOSSIP_BYTES_OUT", Int(clamping: gossip.bytesOut)),
            ("GOSSIP_STREAMS_IN", Int(clamping: gossip.streamsIn)),
            ("GOSSIP_STREAMS_OUT", Int(clamping: gossip.streamsOut)),
            ("GOSSIP_STREAM_FAILURES", Int(clamping: gossip.streamFailures)),
            ("GOSSIP_DECODE_FAILURES", Int(clamping: gossip.decodeFailures)),
            ("GOSSIP_DECRYPT_FAILURES", Int(clamping: gossip.decryptFailures)),
            ("GOSSIP_FOREIGN_CLUSTER", Int(clamping: gossip.foreignCluster)),
            ("GOSSIP_UNSUPPORTED_VERSION", Int(clamping: gossip.unsupportedVersion)),
            ("GOSSIP_SENDER_MISMATCHES", Int(clamping: gossip.senderMismatches)),
            ("GOSSIP_REPLAYS", Int(clamping: gossip.replays)),
            ("GOSSIP_INCREDIBLE_NUMBERS", Int(clamping: gossip.incredibleNumbers)),
            ("GOSSIP_PROTOCOL_VERSION", gossip.protocolVersion),
            ("GOSSIP_PROBES", Int(clamping: gossip.probes)),
            ("GOSSIP_PROBE_FAILURES", Int(clamping: gossip.probeFailures)),
            ("GOSSIP_INDIRECT_PROBES", Int(clamping: gossip.indirectProbes)),
            ("GOSSIP_DOUBTS", Int(clamping: gossip.doubts)),
            ("GOSSIP_NACKS_IN", Int(clamping: gossip.nacksIn)),
            ("GOSSIP_NACKS_OUT", Int(clamping: gossip.nacksOut)),
            ("GOSSIP_HEALTH_SCORE", gossip.healthScore),
            ("GOSSIP_LATENESS_MS", gossip.latenessMilliseconds),
            ("GOSSIP_STALLS", Int(clamping: gossip.stalls)),
            ("GOSSIP_COMPARISONS_EQUAL", Int(clamping: gossip.comparisonsEqual)),
            ("GOSSIP_COMPARISONS_DIFFERENT", Int(clamping: gossip.comparisonsDifferent)),
            ("GOSSIP_SUSPICIONS", Int(clamping: gossip.suspicions)),
            ("GOSSIP_DEATHS", Int(clamping: gossip.deaths)),
            ("GOSSIP_REFUTATIONS", Int(clamping: gossip.refutations)),
            ("GOSSIP_NAME_CONFLICTS", Int(clamping: gossip.nameConflicts)),
            ("GOSSIP_QUEUE_LENGTH", gossip.queueLength),
        ]
        return [("PROXY_CLIENT_PATH", node.clientPath.statusText)] + rows.map { (name: $0.0, value: String($0.1)) }
    }
}
