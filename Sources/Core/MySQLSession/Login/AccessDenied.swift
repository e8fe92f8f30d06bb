package import MySQLWire

/// The refusal of a login (ER_ACCESS_DENIED_ERROR). Whoever refuses, mysqld or the sidecar, does it in these words: a
/// name is not to be told by them.
package enum AccessDenied {
    /// - Parameters:
    ///   - host: the client's.
    ///   - hasPassword: the client has sent an answer that is not empty.
    ///   - hint: what follows the servers' usual words.
    package static func error(user: String, host: String, hasPassword: Bool, hint: String = "") -> SQLError {
        SQLError(
            errno: 1045,
            sqlState: "28000",
            message: "Access denied for user '\(user.prefix(longestName))'@'\(host)' "
                + "(using password: \(hasPassword ? "YES" : "NO"))\(hint)"
        )
    }

    /// mysqld's refusal in our words, which are its own; nil if it has used others than the usual.
    ///
    /// - Parameter host: in place of the one that mysqld names; nil for that.
    /// - Returns: also the host that mysqld names.
    package static func error(
        _ error: SQLError,
        user: String,
        host: String?,
        hint: String
    ) -> (error: SQLError, seenHost: String)? {
        guard error.errno == 1045, error.message.hasPrefix("Access denied for user '") else { return nil }
        let endings = ["' (using password: NO)", "' (using password: YES)"]
        guard let index = endings.firstIndex(where: error.message.hasSuffix) else { return nil }
        let named = error.message.dropLast(endings[index].count)
        guard let start = named.ranges(of: "'@'").last?.upperBound else { return nil }
        let seen = String(named[start...])
        return (self.error(user: user, host: host ?? seen, hasPassword: index == 1, hint: hint), seen)
    }

    /// In characters, as mysqld's accounts have them at most (MariaDB; 32 in MySQL).
    private static let longestName = 80
}
