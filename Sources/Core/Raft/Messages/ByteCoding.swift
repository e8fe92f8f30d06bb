internal import ClusterModel

extension BinaryWriter {
    mutating func entryID(_ id: EntryID) {
        counter(id.term)
        counter(id.index)
    }

    mutating func configuration(_ configuration: Configuration) {
        count(configuration.peers.count)
        for (id, peer) in configuration.peers.sorted(by: { $0.key < $1.key }) {
            self.peer(id)
            member(peer.member)
            byte(peer.part.rawValue)
        }
    }
}

extension BinaryReader {
    mutating func entryID() throws(DecodingFailure) -> EntryID {
        EntryID(term: try counter(), index: try counter())
    }

    mutating func configuration() throws(DecodingFailure) -> Configuration {
        var peers: [PeerID: Configuration.Peer] = [:]
        for _ in 0..<(try count(atMost: Configuration.maximumPeers)) {
            let id = try peer()
            let member = try member()
            let part: Configuration.Part = try choice()
            guard peers.updateValue(Configuration.Peer(member: member, part: part), forKey: id) == nil else {
                throw .malformed
            }
        }
        return Configuration(peers)
    }
}
