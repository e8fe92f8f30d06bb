/// The names that the compatibility views which are on add to those of `cluster_schema`.
package struct CompatibilityNames: Hashable, Sendable {
    /// A schema of MySQL InnoDB ReplicaSet; ours as a whole when its view is on.
    package static let metadataSchema = "mysql_innodb_cluster_metadata"
    package static let none = CompatibilityNames(views: [], tables: [])

    package let views: Set<CompatibilityView>
    /// The first sieve of statements, which knows these names.
    package let marker: StatementMarker
    /// By schema and table in lower case, as they are defined.
    private let tables: [String: [String: String]]
    /// Whoever names one of these may mean us.
    private let mentions: Set<String>
    private let claimed: Set<String>
    /// The variables that SHOW VARIABLES answers, sorted.
    package let shownVariables: [String]
    private let answered: Set<String>

    /// - Parameter tables: those of the views, each with its schema.
    package init(views: Set<CompatibilityView>, tables: [TableName]) {
        self.views = views
        self.marker = StatementMarker(views)
        var bySchema: [String: [String: String]] = [:]
        for name in tables {
            bySchema[name.schema?.asciiLowercased ?? "", default: [:]][name.table.asciiLowercased] = name.table
        }
        self.tables = bySchema
        var mentions = Set(bySchema[VirtualSchema.informationSchema, default: [:]].keys)
        if views.contains(.router) { mentions.insert(Self.metadataSchema) }
        self.mentions = mentions
        self.claimed = views.reduce(into: []) { $0.formUnion($1.claimedVariables) }
        self.shownVariables = claimed.sorted()
        self.answered = views.reduce(into: []) { $0.formUnion($1.answeredVariables) }
    }

    /// Whether a word or quoted name, in lower case, may be about these views.
    func mentions(_ name: String) -> Bool { mentions.contains(name) }

    /// Whether a query without tables that reads this variable, in lower case and without `@@`, is for us.
    func claims(variable: String) -> Bool { claimed.contains(variable) }

    /// Whether the variable has a value of ours wherever a query is for us.
    package func answers(variable: String) -> Bool { answered.contains(variable) }

    /// What a qualified table leads to; nil if the schema has nothing of ours by that name.
    func resolve(schema: String, table: String) -> VirtualSchema.Resolution? {
        guard !views.isEmpty, let known = tables[schema] else { return nil }
        if let defined = known[table.asciiLowercased] { return .virtual(defined) }
        return schema == Self.metadataSchema ? .missing(table) : nil
    }

    /// Whether UPDATE of the table is answered with OK, though it changes nothing: MySQL Router notes there every few
    /// seconds that it runs, and would log a warning each time. The table is empty, so that no row is left unchanged.
    func takesUpdates(_ name: TableName) -> Bool {
        views.contains(.router) && name.schema?.asciiLowercased == Self.metadataSchema
            && name.table.asciiLowercased == "v2_routers"
    }

    /// The table by this name alone, as it is defined, whatever its schema.
    package func table(named name: String) -> String? {
        let name = name.asciiLowercased
        return tables.values.lazy.compactMap { $0[name] }.first
    }
}

extension CompatibilityNames {
    /// The name in `@@[global.|session.|local.]name`, in lower case and without backticks; nil for any other form.
    static func variableName(in token: String) -> String? {
        let name = token.asciiLowercased.dropFirst(2)
        guard name.utf8.contains(where: { $0 == ASCII.dot || $0 == ASCII.backtick }) else { return String(name) }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != "`" } }
        switch parts.count {
        case 1: return parts[0]
        case 2 where ["global", "session", "local"].contains(parts[0]): return parts[1]
        default: return nil
        }
    }
}
