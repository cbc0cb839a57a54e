// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that Attune does not depend on what measures it.
let package = Package(
    name: "attune-speed",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "attune", path: "../.."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The folder's name is how the plugin finds what to run.
        .executableTarget(
            name: "Speed",
            dependencies: [
                "CAllocations",
                .product(name: "Attune", package: "attune"),
                .product(name: "AttuneStore", package: "attune"),
                .product(name: "AttuneYAML", package: "attune"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Speed",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
            ],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .target(name: "CAllocations", path: "Benchmarks/CAllocations"),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
