package import ClusterModel
package import Cryptography

extension Configuration {
    /// `gossip`
    package struct Gossip: Sendable {
        /// UDP and TCP.
        package var listen: HostPort
        /// Where other members reach `listen`; never a wildcard.
        package var advertise: HostPort
        package var seeds: [HostPort]
        package var keyFile: String?
        /// The keys of `keyFile`; nil only while `listen` is loopback.
        package var keyring: GossipKeyring?
        package var profile: GossipProfile
        package var probeIntervalMilliseconds: Int
        /// How long members that died or left stay in the tables.
        package var forgetAfterMilliseconds: Int
    }
}

extension ConfigurationBuilder {
    mutating func gossip() -> Configuration.Gossip {
        let listen = value(Schema.Gossip.listen)
        let keyFile = value(Schema.Gossip.keyFile)
        let profile = value(Schema.Gossip.profile)
        return .init(
            listen: listen,
            advertise: advertised(Schema.Gossip.advertise, listen: listen),
            seeds: value(Schema.Gossip.seeds),
            keyFile: keyFile,
            keyring: keyFile.flatMap { keyring(inFile: $0) },
            profile: profile,
            probeIntervalMilliseconds: probeInterval(profile),
            forgetAfterMilliseconds: value(Schema.Gossip.forgetAfter)
        )
    }

    private mutating func probeInterval(_ profile: GossipProfile) -> Int {
        let setting = Schema.Gossip.probeInterval
        if written[setting.path] != nil { return value(setting) }
        let interval = profile.probeIntervalMilliseconds
        derived[setting.path] = String(interval)
        return interval
    }

    private mutating func keyring(inFile path: String) -> GossipKeyring? {
        let setting = Schema.Gossip.keyFile
        guard let contents = contents(of: path, setting) else { return nil }
        guard isClosed(contents, path, setting) else { return nil }
        if contents.isReadableByGroup {
            report(.warning, setting, "\(QuotedText.escaped(path)) is readable by its group; chmod g-r it")
        }
        do {
            return try GossipKeyring(text: contents.bytes, fileName: path)
        } catch {
            report(.error, setting, QuotedText.escaped(error.description))
            return nil
        }
    }
}
