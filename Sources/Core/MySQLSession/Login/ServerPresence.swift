package import MySQLWire

/// Whether whoever decides on all names but the sidecar's own can be had. Who asks for one of its accounts without the right
/// password hears what they hear, so that nothing tells the names apart.
package enum ServerPresence: Hashable, Sendable {
    /// It has greeted when it was last connected to.
    case certain
    /// It shows when it is connected to.
    case uncertain
    /// - Parameter error: what others are told.
    case absent(SQLError)
}
