/// The names that routing must know: the virtual schema and its tables.
package struct VirtualSchema: Hashable, Sendable {
    /// The schema's name; compared without regard to case.
    package static let name = "cluster_schema"
    /// Every table is also `information_schema.CLUSTER_<TABLE>`.
    package static let informationSchema = "information_schema"
    package static let informationSchemaPrefix = "cluster_"

    /// As they are defined, in upper case.
    package let tables: [String]
    /// What stands beside cluster_schema for clients of other products.
    package let compatibility: CompatibilityNames
    private let byLowercase: [String: String]

    package init(tables: [String], compatibility: CompatibilityNames = .none) {
        self.tables = tables
        self.compatibility = compatibility
        self.byLowercase = Dictionary(
            tables.map { ($0.asciiLowercased, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The table as it is defined; nil if there is none of that name.
    package func table(named name: String) -> String? { byLowercase[name.asciiLowercased] }

    /// What a table's name leads to.
    package enum Resolution: Hashable, Sendable {
        /// To this virtual table.
        case virtual(String)
        /// To a table of the virtual schema, or of another schema that is ours, that does not exist.
        case missing(String)
        /// To a table of the server.
        case server
    }

    /// - Parameter isSelected: cluster_schema is the chosen schema, so unqualified names are looked up in it.
    package func resolve(_ name: TableName, isSelected: Bool) -> Resolution {
        guard let schema = name.schema?.asciiLowercased else {
            return isSelected ? ours(name.table) : .server
        }
        if schema == Self.name { return ours(name.table) }
        if schema == Self.informationSchema, let table = informationSchemaTable(name.table) { return .virtual(table) }
        return compatibility.resolve(schema: schema, table: name.table) ?? .server
    }

    /// The table that `information_schema.<name>` stands for, if it is one of ours.
    package func informationSchemaTable(_ name: String) -> String? {
        let name = name.asciiLowercased
        guard name.hasPrefix(Self.informationSchemaPrefix) else { return nil }
        return byLowercase[String(name.dropFirst(Self.informationSchemaPrefix.utf8.count))]
    }

    package static func isName(_ name: String) -> Bool {
        name.utf8.count == Self.name.utf8.count && name.asciiLowercased == Self.name
    }

    /// Programs that take every schema that they are shown for one to copy, check or upgrade, by the names that they
    /// give themselves. The MariaDB ones go by the old names, too.
    private static let maintenancePrograms: Set<String> = [
        "mysqldump", "mariadb-dump", "mysqlpump", "mydumper", "myloader", "mysqlcheck", "mariadb-check",
        "mysql_upgrade",
        "mariadb-upgrade",
    ]

    /// Whether there is a virtual schema for a program. For others all of that name is mysqld's.
    package static func isListed(for program: String) -> Bool { !maintenancePrograms.contains(program) }

    private func ours(_ table: String) -> Resolution {
        self.table(named: table).map { .virtual($0) } ?? .missing(table)
    }
}
