/// Finds the queries on information_schema that are about cluster_schema alone: mysqld would answer them with nothing.
struct InformationSchemaClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    /// - Parameters:
    ///   - query: at the head of the query.
    ///   - references: the tables that it reads.
    func isOurs(_ query: TokenCursor, _ references: TableReferences) -> Bool {
        var hasAny = false
        for reference in references.tables {
            if InformationSchema.holds(reference.name) {
                hasAny = true
            } else if case .virtual = schema.resolve(reference.name, isSelected: context.isVirtualSchemaSelected) {
                continue
            } else {
                return false
            }
        }
        guard hasAny else { return false }
        if context.authority == .sidecar { return true }
        return SchemaRestriction(
            query,
            columns: InformationSchema.schemaColumns,
            isSelected: context.isVirtualSchemaSelected
        ).isOurs
    }
}
