internal import Foundation

extension Measurement.Figures {
    /// All figures in one line.
    package var line: String {
        func pair(_ values: [Int]) -> String {
            guard let half = GossipStatistics.percentile(0.5, of: values),
                let most = GossipStatistics.percentile(0.99, of: values)
            else { return "-" }
            return "\(half)/\(most)"
        }
        let rounds = GossipStatistics.percentile(0.99, of: recordSpread).map {
            String(format: "%.1f", Double($0) / Double(gossipIntervalMilliseconds))
        }
        return [
            "members \(members)", "loss \(loss)", "slow \(slow)", "lifeguard \(isLifeguardOn ? "on" : "off")",
            "calm \(Int(calmBytesPerSecond)) B/s",
            "datagrams \(String(format: "%.2f", datagramsPerSecond))/s \(Int(bytesPerSecond)) B/s",
            "streams \(Int(streamBytesPerSecond)) B/s",
            "first detection \(pair(firstDetection)) ms", "detection \(pair(detection)) ms",
            "death spread \(pair(deathSpread)) ms",
            "record spread \(pair(recordSpread)) ms (p99 \(rounds ?? "-") rounds)",
            "probes \(probes)", "suspicions \(suspicionEvents)",
            "false positives \(falsePositives)", "events \(falsePositiveEvents)",
            "about healthy \(falsePositiveEventsAboutHealthy)", "among healthy \(falsePositiveEventsAmongHealthy)",
            "steps \(steps)",
        ].joined(separator: ", ")
    }
}
