import TestServers
import Testing

/// Sidecars and servers on hosts of their own (network namespaces), and what goes wrong between hosts. Needs root.
@Suite(.enabled(if: NetworkNamespace.obstacle == nil, Comment(rawValue: NetworkNamespace.obstacle ?? "")))
struct NamespaceTests {}
