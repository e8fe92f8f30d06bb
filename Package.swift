// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target of ours: the Swift 6 language mode comes with the tools version, warnings are errors.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Settings of what computes much: optimised in debug builds too, for tests run these and their limits are in real time.
let optimized = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// A target of ours in its layer's folder. Layers depend downwards alone (App → Shell → System → Core), and shells not on
/// each other: `SourceLayersTests`.
func layer(_ folder: String, _ settings: [SwiftSetting]) -> (String, [Target.Dependency]) -> Target {
    { .target(name: $0, dependencies: $1, path: "Sources/\(folder)/\($0)", swiftSettings: settings) }
}

/// Values in, values out. No clock, no socket, no disk, no logger.
let core = layer("Core", optimized)
/// What shells stand on: threads, sockets on event loops, libraries in C.
let system = layer("System", strict)
/// Each brings cores to one piece of the outside world.
let shell = layer("Shell", strict)
let app = layer("App", strict)

/// The module map of a library in C; one target of ours imports it.
func library(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "pilotfish",
    products: [
        .executable(name: "pilotfish", targets: ["pilotfish"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        core("ClusterModel", []),
        core("MySQLWire", ["ClusterModel", nio]),
        core("QueryRouting", ["ClusterModel", "MySQLWire"]),
        core("SQLDialect", ["ClusterModel", "MySQLWire", "QueryRouting"]),
        core("MySQLSession", ["ClusterModel", "MySQLWire", "QueryRouting", nio]),
        core("Gossip", ["ClusterModel"]),
        core("Raft", ["ClusterModel"]),
        core("Quorum", ["ClusterModel", "Raft"]),
        core("Failover", ["ClusterModel"]),

        .target(name: "CLinux", path: "Sources/System/CLinux"),
        library("CMariaDB", "libmariadb", "libmariadb-dev"),
        library("CSQLite", "sqlite3", "libsqlite3-dev"),
        library("CYAML", "yaml-0.1", "libyaml-dev"),
        library("CZlib", "zlib", "zlib1g-dev"),
        library("CZstd", "libzstd", "libzstd-dev"),
        library("COpenSSL", "openssl", "libssl-dev"),
        system("Clocks", ["ClusterModel"]),
        system("Threads", []),
        system("Metrics", ["ClusterModel"]),
        system("Sockets", ["CLinux", "Threads", nio]),
        system("Cryptography", ["COpenSSL"]),
        system("TextConversion", ["MySQLWire"]),
        layer("System", optimized)("SQLite", ["CSQLite", "MySQLWire", "SQLDialect"]),
        system("YAML", ["CYAML"]),
        system("ChannelSupport", [nio]),
        system("PeerTransport", ["ClusterModel", nio]),
        system("TLS", ["ChannelSupport", "COpenSSL", nio]),
        system("Compression", ["ChannelSupport", "CZlib", "CZstd", nio]),
        system("MySQLClient", ["Clocks", "ClusterModel", "CMariaDB", "Threads"]),

        shell("Probe", ["Clocks", "ClusterModel", "MySQLClient", "MySQLWire", "Threads", nio, logging]),
        layer("Shell", optimized)(
            "VirtualTables",
            ["ClusterModel", "MySQLWire", "QueryRouting", "SQLCatalog", "SQLDialect", "SQLite"]
        ),
        shell("GossipTransport", ["ClusterModel", "Gossip", "Metrics", "PeerTransport", nio, nioPosix, logging]),
        shell(
            "RaftHost",
            [
                "Clocks", "ClusterModel", "Metrics", "MySQLWire", "PeerTransport", "Quorum", "Raft", "SQLite", nio,
                nioPosix, logging,
            ]
        ),
        shell("Reconciler", ["ClusterModel", "Failover", "MySQLClient", logging]),
        shell(
            "Proxy",
            [
                "Clocks", "ClusterModel", "Failover", "Metrics", "MySQLSession", "MySQLWire", "QueryRouting", "Sockets",
                "Threads", nio, nioPosix, logging,
            ]
        ),

        app("Configuration", ["ClusterModel", "Cryptography", "Gossip", "QueryRouting", "Raft", "TLS", "YAML"]),
        app(
            "Daemon",
            [
                "Clocks", "ClusterModel", "Compression", "Configuration", "Cryptography", "Failover", "Gossip",
                "GossipTransport", "Metrics", "MySQLClient", "MySQLSession", "MySQLWire", "PeerTransport", "Probe",
                "Proxy", "QueryRouting", "Quorum", "Raft", "RaftHost", "Reconciler", "Sockets", "TLS", "TextConversion",
                "Threads",
                "VirtualTables", nio, nioPosix, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "pilotfish",
            dependencies: [
                "Configuration", "Cryptography", "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/App/pilotfish",
            swiftSettings: strict
        ),
        .target(
            name: "SQLCatalog",
            path: "sql",
            exclude: ["examples", "setup"],
            resources: [.embedInCode("compat"), .embedInCode("tables")],
            swiftSettings: strict
        ),

        // Tests.
        .target(
            name: "TestServers",
            dependencies: ["ClusterModel", "COpenSSL", "MySQLClient", logging],
            path: "Tests/TestServers",
            swiftSettings: strict
        ),
        .target(
            name: "Simulator",
            dependencies: ["ClusterModel", "Gossip", "Quorum", "Raft"],
            path: "Tests/Simulator",
            swiftSettings: optimized
        ),
        .executableTarget(
            name: "pilotfish-simulate",
            dependencies: ["Simulator"],
            path: "Tests/SimulatorCommand",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "tables-benchmark",
            dependencies: [
                "ClusterModel", "MySQLSession", "MySQLWire", "QueryRouting", "TextConversion", "VirtualTables",
            ],
            path: "Benchmarks/tables",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "gossip-peer",
            dependencies: ["ClusterModel", "Gossip", "GossipTransport", logging, nioPosix],
            path: "Benchmarks/serf/Peer",
            swiftSettings: strict
        ),
        .target(
            name: "WirePackets",
            dependencies: ["MySQLWire"],
            path: "Tests/WirePackets",
            swiftSettings: strict
        ),
        .target(
            name: "Fuzzing",
            dependencies: [
                "ClusterModel", "Compression", "Gossip", "MySQLSession", "MySQLWire", "PeerTransport", "QueryRouting",
                "Quorum", "Raft", "VirtualTables", nio, nioEmbedded,
            ],
            path: "Tests/Fuzzing",
            exclude: ["corpus", "record.py"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pilotfish-fuzz",
            dependencies: ["Fuzzing"],
            path: "Tests/FuzzingCommand",
            swiftSettings: strict
        ),
        tests("SourceLayersTests", [], optimized),
        tests("SimulatorTests", ["Simulator", "ClusterModel", "Gossip"]),
        tests("FuzzingTests", ["Fuzzing"]),
        tests("MetricsTests", ["Metrics", "ClusterModel"]),
        tests("ClocksTests", ["Clocks", "ClusterModel"]),
        tests("SocketsTests", ["Sockets", "TestServers", nio]),
        tests("ClusterModelTests", ["ClusterModel"]),
        tests("MySQLWireTests", ["ClusterModel", "MySQLWire", "WirePackets", nio]),
        tests("MySQLSessionTests", ["ClusterModel", "MySQLSession", "MySQLWire", "QueryRouting", "WirePackets", nio]),
        tests("QueryRoutingTests", ["ClusterModel", "QueryRouting", "MySQLWire", "TextConversion"]),
        tests("SQLDialectTests", ["SQLDialect", "MySQLWire", "QueryRouting"]),
        tests("TextConversionTests", ["TextConversion", "MySQLWire"]),
        tests("FailoverTests", ["Failover", "ClusterModel"]),
        tests("GossipTests", ["Gossip", "ClusterModel"], optimized),
        .testTarget(
            name: "RaftTests",
            dependencies: ["ClusterModel", "Raft", "Simulator"],
            exclude: ["Mutations", "Scenarios"],
            swiftSettings: optimized
        ),
        .testTarget(
            name: "QuorumTests",
            dependencies: ["ClusterModel", "Quorum", "Raft", "Simulator"],
            exclude: ["Mutations"],
            swiftSettings: optimized
        ),
        tests(
            "RaftHostTests",
            [
                "ClusterModel", "Cryptography", "Daemon", "Gossip", "GossipTransport", "PeerTransport", "Quorum",
                "Raft",
                "RaftHost", "Simulator", "TestServers", nio, nioPosix, logging,
            ]
        ),
        tests("CryptographyTests", ["Cryptography"]),
        tests("YAMLTests", ["YAML"]),
        tests("MySQLClientTests", ["MySQLClient", "ClusterModel", "TestServers"]),
        tests("ReconcilerTests", ["Reconciler", "ClusterModel", "Failover", "MySQLClient", "TestServers", logging]),
        tests("ProbeTests", ["Probe", "ClusterModel", "MySQLClient", "TestServers"]),
        tests(
            "VirtualTablesTests",
            ["VirtualTables", "SQLDialect", "ClusterModel", "MySQLClient", "MySQLWire", "QueryRouting", "TestServers"]
        ),
        tests("ChannelSupportTests", ["ChannelSupport", "TestServers", nio, nioEmbedded]),
        tests("TLSTests", ["TLS", "TestServers", nio, nioEmbedded, nioPosix]),
        tests("CompressionTests", ["Compression", "TestServers", nio, nioEmbedded, nioPosix]),
        tests("PeerTransportTests", ["PeerTransport", "ClusterModel", nio, nioEmbedded]),
        tests(
            "GossipTransportTests",
            ["GossipTransport", "Gossip", "ClusterModel", "PeerTransport", "TestServers", nio, nioPosix]
        ),
        tests("ProxyTests", ["Proxy", "ClusterModel"]),
        tests(
            "ConfigurationTests",
            ["Configuration", "ClusterModel", "Cryptography", "Gossip", "QueryRouting", "Raft", "TLS", "TestServers"]
        ),
        tests(
            "DaemonTests",
            [
                "ClusterModel", "Configuration", "Cryptography", "Daemon", "Gossip", "GossipTransport", "Metrics",
                "MySQLClient", "PeerTransport", "Proxy", "Quorum", "TestServers", "pilotfish",
            ]
        ),
        // `pilotfish` is run by them as a process of its own.
        tests("IntegrationTests", ["TestServers", "ClusterModel", "Cryptography", "MySQLClient", "pilotfish"]),
    ]
)

func tests(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = strict) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}
