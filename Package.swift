// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "attune",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Attune", targets: ["Attune"]),
        .library(name: "AttuneNAS", targets: ["AttuneNAS"]),
        .library(name: "AttuneStore", targets: ["AttuneStore"]),
        .library(name: "AttuneClient", targets: ["AttuneClient"]),
        .library(name: "AttuneOptimize", targets: ["AttuneOptimize"]),
        .library(name: "AttuneYAML", targets: ["AttuneYAML"]),
        .executable(name: "attune", targets: ["AttuneCLI"]),
        .executable(name: "attune-supervisor", targets: ["attune-supervisor"]),
        .executable(name: "attune-digits", targets: ["AttuneDigits"]),
    ],
    dependencies: [
        // Commands and their completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // SQLite: writing a good wrapper for it is a project of its own.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The servers: gRPC over NIO's HTTP/2, JSON over HTTP/1.1, TLS, orderly ends.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Other programs. Foundation's Process changes the directory of the whole process to start one.
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        // YAML with line and column of every node: its libyaml, event by event.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "AttuneCore", swiftSettings: strict),
        .target(
            name: "AttuneAlgorithms", dependencies: ["AttuneCore", "AttuneMath", "CAttuneMath", "COpenBLAS"],
            path: "algorithms",
            exclude: algorithmTexts, swiftSettings: strict),
        // The few loops that a compiler vectorises in C and not in Swift, each for the machine's own instructions.
        .target(name: "CAttuneMath", exclude: ["coefficients.py"]),
        .target(
            name: "AttuneMath", dependencies: ["AttuneCore", "CAttuneMath", "COpenBLAS"],
            exclude: ["Sobol/JOE-KUO-LICENSE", "Sobol/joe-kuo-table.py"], swiftSettings: strict),
        .target(name: "Attune", dependencies: ["AttuneCore", "AttuneAlgorithms"], swiftSettings: strict),
        .target(
            name: "AttuneYAML", dependencies: ["AttuneCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        // Neural networks: cells, genotypes and the differentiable supernet. Its loops are optimised in debug builds too,
        // in which tests train networks.
        .target(name: "CAttuneNAS", exclude: ["kernels.inc"], cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "AttuneGzip", dependencies: ["AttuneCore", "CZlib"], swiftSettings: strict),
        .target(name: "AttuneNAS", dependencies: ["AttuneCore", "AttuneGzip", "CAttuneNAS"], swiftSettings: strict),
        .target(
            name: "AttuneStore", dependencies: ["AttuneCore", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        // The web page's files, embedded, so that one binary carries them; list.sh lists them.
        .target(name: "CAttunePage", exclude: ["assets", "assets.inc", "list.sh"]),
        // Hashes: a report's policy names its own script and style.
        .target(
            name: "AttunePage",
            dependencies: [
                "AttuneAlgorithms", "AttuneCore", "AttuneNAS", "AttuneStore", "AttuneYAML", "CAttunePage",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        // Generated code only; CONTRIBUTING.md says how.
        .target(
            name: "AttuneProto", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: protoSources),
        .target(
            name: "AttuneService",
            dependencies: [
                "AttuneAlgorithms", "AttuneCore", "AttunePage", "AttuneProcess", "AttuneProto", "AttuneStore",
                "AttuneYAML",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .target(
            name: "AttuneClient",
            dependencies: ["AttuneProto", "CAttuneHTTP", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            swiftSettings: strict),
        .target(
            name: "AttuneKubernetes",
            dependencies: [
                "AttuneAlgorithms", "AttuneCore", "AttuneYAML", "CAttuneTransfers",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
        .target(name: "AttuneOptimize", dependencies: ["AttuneCore"], swiftSettings: strict),
        .target(name: "CAttuneProcess"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CAttuneHTTP", dependencies: ["CCurl"]),
        .target(name: "CAttuneTransfers", dependencies: ["CCurl"]),
        .executableTarget(
            name: "attune-supervisor",
            // Without Swift's runtime, which it does not use: starts in 0.4 ms instead of 1.6, with a quarter of the memory.
            linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"], .when(platforms: [.linux]))]),
        .target(
            name: "AttuneProcess", dependencies: ["AttuneCore", "CAttuneHTTP", "CAttuneProcess"], swiftSettings: strict),
        .executableTarget(
            name: "attune-nas-benchmark", dependencies: ["AttuneCore", "AttuneNAS"], path: "Benchmarks/NAS/Steps",
            swiftSettings: strict),
        .executableTarget(
            name: "AttuneCLI",
            dependencies: [
                "AttuneAlgorithms", "AttuneBench", "AttuneBenchReport", "AttuneClient", "AttuneCore",
                "AttuneKubernetes", "AttuneNAS", "AttuneOptimize", "AttunePage", "AttuneProblems", "AttuneProcess",
                "AttuneProto", "AttuneService", "AttuneStore", "AttuneTables", "AttuneYAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], swiftSettings: strict),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
        .executableTarget(
            name: "AttuneDigits",
            dependencies: [
                "AttuneCore", "COpenBLAS", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .target(
            name: "AttuneProblems", dependencies: ["AttuneCore"], path: "Benchmarks/Problems", swiftSettings: strict),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "AttuneTables", dependencies: ["AttuneCore", "AttuneGzip", "AttuneProblems", "COpenBLAS"],
            path: "Benchmarks/Tables", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "AttuneBench", dependencies: ["AttuneAlgorithms", "AttuneCore", "AttuneProblems", "CAttuneProcess"],
            path: "Benchmarks/Runner", swiftSettings: strict),
        .target(
            name: "AttuneBenchReport", dependencies: ["AttuneBench", "AttuneCore"], path: "Benchmarks/Report",
            swiftSettings: strict),
        .executableTarget(
            name: "attune-ask-benchmark", dependencies: ["Attune"], path: "Benchmarks/Asks", swiftSettings: strict),
        .executableTarget(
            name: "attune-stopping-benchmark",
            dependencies: ["Attune", "AttuneCore", "AttuneProblems", "AttuneTables"],
            path: "Benchmarks/Stopping", exclude: ["calibration.py"], swiftSettings: strict),
        .executableTarget(
            name: "attune-service-benchmark",
            dependencies: [
                "AttuneProto",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], path: "Benchmarks/Service", swiftSettings: strict),
        .executableTarget(
            name: "attune-study-benchmark", dependencies: ["Attune", "AttuneStore"], path: "Benchmarks/Study",
            swiftSettings: strict),
        .executableTarget(
            name: "attune-page-benchmark", dependencies: ["AttuneCore", "AttunePage", "AttuneStore"],
            path: "Benchmarks/Page", swiftSettings: strict),

        .target(
            name: "AttuneTestSupport",
            dependencies: [
                "AttuneCore", "CZlib",
                .product(name: "SystemPackage", package: "swift-system"),
            ], path: "Tests/AttuneTestSupport", swiftSettings: strict),
        // An API server, its controllers and a kubelet, for tests.
        .target(
            name: "AttuneClusterSimulator",
            dependencies: [
                "AttuneCore", "AttuneKubernetes",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Tests/AttuneClusterSimulator", swiftSettings: strict),
        .testTarget(
            name: "AttuneKubernetesTests",
            dependencies: [
                "AttuneAlgorithms", "AttuneClusterSimulator", "AttuneCore", "AttuneKubernetes", "AttuneStore",
                "AttuneTestSupport", "AttuneYAML",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AttuneCoreTests", dependencies: ["AttuneCore", "AttuneTestSupport"],
            resources: [.copy("Fixtures"), .copy("Scenarios")],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneYAMLTests", dependencies: ["AttuneCore", "AttuneYAML", "AttuneTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneMathTests", dependencies: ["AttuneCore", "AttuneMath", "AttuneTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneAlgorithmsTests",
            dependencies: ["AttuneAlgorithms", "AttuneCore", "AttuneMath", "AttuneTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneProblemsTests", dependencies: ["AttuneCore", "AttuneProblems"], swiftSettings: strict),
        .testTarget(
            name: "AttuneOptimizeTests",
            dependencies: [
                "AttuneAlgorithms", "AttuneBench", "AttuneCore", "AttuneOptimize", "AttuneProblems", "AttuneYAML",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneProcessTests",
            dependencies: ["AttuneCore", "AttuneProcess", "AttuneTestSupport", "CAttuneProcess", "attune-supervisor"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneCLITests",
            dependencies: [
                "AttuneCLI", "AttuneClient", "AttuneClusterSimulator", "AttuneCore", "AttuneDigits",
                "AttuneKubernetes", "AttuneProto", "AttuneStore", "AttuneTestSupport", "AttuneYAML",
                "attune-supervisor",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneDigitsTests",
            dependencies: [
                "AttuneCore", "AttuneDigits", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AttuneTablesTests",
            dependencies: ["AttuneCore", "AttuneGzip", "AttuneProblems", "AttuneTables", "AttuneTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneBenchReportTests", dependencies: ["AttuneBench", "AttuneBenchReport", "AttuneCore"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneBenchTests",
            dependencies: ["AttuneAlgorithms", "AttuneBench", "AttuneCore", "AttuneProblems"],
            swiftSettings: strict),
        .testTarget(
            name: "AttuneServiceTests",
            dependencies: [
                "AttuneAlgorithms", "AttuneCore", "AttunePage", "AttuneProto", "AttuneService", "AttuneStore",
                "AttuneTestSupport", "AttuneYAML",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AttunePageTests",
            dependencies: [
                "AttuneAlgorithms", "AttuneCore", "AttuneNAS", "AttunePage", "AttuneStore", "AttuneTestSupport",
                "AttuneYAML", "CAttunePage",
            ], swiftSettings: strict),
        .testTarget(
            name: "AttuneNASTests", dependencies: ["AttuneCore", "AttuneNAS", "AttuneTestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "AttuneStoreTests",
            dependencies: [
                "AttuneCore", "AttuneStore", "AttuneTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

var strict: [SwiftSetting] {
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
}

var protoSources: [String] { ["api.proto", "attune.proto", "generate.sh", "health.proto", "openapi.py"] }

var algorithmTexts: [String] {
    [
        "asha/README.md", "asha-stopping/README.md", "auto/README.md", "bananas/README.md",
        "bayesianoptimization/README.md",
        "cmaes/README.md", "curve/README.md", "darts/README.md", "enas/README.md", "freeze-thaw/README.md",
        "grid/README.md", "hyperband/README.md", "local-search/README.md",
        "medianstop/README.md", "multivariate-tpe/README.md", "nsga2/README.md", "nsga3/README.md",
        "patience/README.md", "pbt/README.md", "percentile/README.md",
        "plateau/README.md", "random/README.md", "regularized-evolution/README.md", "sobol/README.md",
        "statistics/README.md", "threshold/README.md",
        "tpe/README.md", "wilcoxon/README.md",
    ]
}
