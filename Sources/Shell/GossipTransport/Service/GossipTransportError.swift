package import ClusterModel

/// Why the gossip service could not start.
package enum GossipTransportError: Error, Equatable, CustomStringConvertible {
    package enum Socket: String, Sendable {
        case udp = "UDP"
        case tcp = "TCP"
    }

    case addressInUse(HostPort, Socket)
    case cannotBind(HostPort, Socket, reason: String)
    case cannotResolve(HostPort, reason: String)
    /// The listener is bound to all addresses, so that none can be told to others.
    case advertiseMissing(listen: HostPort)
    case alreadyStarted

    package var description: String {
        switch self {
        case .addressInUse(let address, let socket):
            "gossip: \(socket.rawValue) \(address) is in use by another process"
        case .cannotBind(let address, let socket, let reason):
            "gossip: cannot listen on \(socket.rawValue) \(address): \(reason)"
        case .cannotResolve(let address, let reason):
            "gossip: cannot resolve \(address.host): \(reason)"
        case .advertiseMissing(let listen):
            "gossip: \(listen) listens on all addresses: set gossip.advertise to the one that others reach"
        case .alreadyStarted:
            "gossip: started twice"
        }
    }
}
