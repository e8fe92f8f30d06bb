/// A server's version as comments compare it: 101119 for MariaDB 10.11.19, 80036 for MySQL 8.0.36.
package struct ServerVersion: Hashable {
    var number: Int
    package var isMariaDB: Bool

    /// - Parameter text: as the server greets with. Of a text without a number, a recent MariaDB is assumed.
    package init(_ text: String) {
        isMariaDB = text.isEmpty || text.contains("MariaDB") || text.contains("mariadb")
        let parts = text.split { !$0.isNumber }.prefix(3).map { Int($0.prefix(3)) ?? 0 }
        guard parts.count >= 2 else {
            number = 101_100
            return
        }
        number = parts[0] * 10_000 + parts[1] * 100 + (parts.count > 2 ? parts[2] : 0)
    }
}
