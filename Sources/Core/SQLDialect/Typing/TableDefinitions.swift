package import QueryRouting

/// The tables that a statement may name.
package protocol TableDefinitions {
    /// The names alone.
    var schema: VirtualSchema { get }

    /// - Parameter name: in any case.
    func definition(of name: String) -> TableDefinition?

    /// - Parameters:
    ///   - name: in any case.
    ///   - schema: in lower case.
    func definition(of name: String, in schema: String) -> TableDefinition?
}
