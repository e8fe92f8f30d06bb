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
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Cores: values in, values out. No clock, no socket, no disk, no logger.
        .target(name: "ClusterModel", swiftSettings: optimized),
        .target(
            name: "MySQLWire",
            dependencies: ["ClusterModel", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: optimized
        ),
        .target(name: "QueryRouting", dependencies: ["MySQLWire"], swiftSettings: optimized),
        .target(name: "Gossip", dependencies: ["ClusterModel"], swiftSettings: optimized),

        // What shells stand on: threads, and sockets on event loops.
        .target(name: "CLinux"),
        .target(name: "Threads", swiftSettings: strict),
        .target(
            name: "Sockets",
            dependencies: ["CLinux", "Threads", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),

        // Shells: each brings one core to one piece of the outside world.
        .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "MySQLAdmin",
            dependencies: [
                "ClusterModel", "CMariaDB", "MySQLWire", "Threads",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(name: "TextConversion", dependencies: ["MySQLWire"], swiftSettings: strict),
        .target(
            name: "VirtualTables",
            dependencies: ["ClusterModel", "CSQLite", "MySQLWire", "QueryRouting", "SQLCatalog"],
            swiftSettings: optimized
        ),
        .target(
            name: "ChannelSupport",
            dependencies: [.product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(
            name: "TLS",
            dependencies: ["ChannelSupport", "COpenSSL", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(
            name: "Compression",
            dependencies: ["ChannelSupport", "CZlib", "CZstd", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(
            name: "GossipTransport",
            dependencies: [
                "ClusterModel", "Gossip",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Proxy",
            dependencies: [
                "ClusterModel", "MySQLWire", "QueryRouting", "Sockets", "Threads",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PilotfishDaemon",
            dependencies: [
                "ClusterModel", "Compression", "Cryptography", "Gossip", "GossipTransport", "MySQLAdmin", "MySQLWire",
                "Proxy", "QueryRouting", "Sockets", "TLS", "TextConversion", "Threads", "VirtualTables",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pilotfish",
            dependencies: [
                "Cryptography", "PilotfishDaemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // Others.
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
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
            dependencies: [
                "ClusterModel", "COpenSSL", "MySQLAdmin", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/TestServers",
            swiftSettings: strict
        ),
        .target(
            name: "Simulator",
            dependencies: ["ClusterModel", "Gossip"],
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
            dependencies: ["ClusterModel", "MySQLWire", "QueryRouting", "VirtualTables"],
            path: "Benchmarks/tables",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "gossip-peer",
            dependencies: [
                "ClusterModel", "Gossip", "GossipTransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/serf/Peer",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["Simulator", "ClusterModel", "Gossip"],
            swiftSettings: strict
        ),
        .target(
            name: "Fuzzing",
            dependencies: [
                "ClusterModel", "Compression", "Gossip", "MySQLWire", "QueryRouting", "VirtualTables",
                .product(name: "NIOCore", package: "swift-nio"),
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
        .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing"], swiftSettings: strict),
        .testTarget(
            name: "SocketsTests",
            dependencies: [
                "Sockets", "TestServers", .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "ClusterModelTests", dependencies: ["ClusterModel"], swiftSettings: strict),
        .testTarget(
            name: "MySQLWireTests",
            dependencies: ["ClusterModel", "MySQLWire", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "QueryRoutingTests",
            dependencies: ["QueryRouting", "MySQLWire", "TextConversion"],
            swiftSettings: strict
        ),
        .testTarget(name: "TextConversionTests", dependencies: ["TextConversion", "MySQLWire"], swiftSettings: strict),
        .testTarget(name: "GossipTests", dependencies: ["Gossip", "ClusterModel"], swiftSettings: optimized),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: strict),
        .testTarget(
            name: "MySQLAdminTests",
            dependencies: [
                "MySQLAdmin", "ClusterModel", "TestServers", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VirtualTablesTests",
            dependencies: [
                "VirtualTables", "ClusterModel", "Cryptography", "MySQLAdmin", "MySQLWire", "QueryRouting",
                "TestServers",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ChannelSupportTests",
            dependencies: [
                "ChannelSupport", "TestServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TLSTests",
            dependencies: [
                "TLS", "TestServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CompressionTests",
            dependencies: [
                "Compression", "TestServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GossipTransportTests",
            dependencies: [
                "GossipTransport", "Gossip", "ClusterModel", "TestServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PilotfishDaemonTests",
            dependencies: [
                "ClusterModel", "Cryptography", "Gossip", "GossipTransport", "PilotfishDaemon", "QueryRouting", "TLS",
                "TestServers", "pilotfish",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestServers", "ClusterModel", "Cryptography", "MySQLAdmin",
                // Run by the tests as a process of its own.
                "pilotfish",
            ],
            swiftSettings: strict
        ),
    ]
)
