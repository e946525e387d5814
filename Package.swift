// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is built with.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A module of Swift, in `Sources` unless a path is given.
func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, swiftSettings: settings + extra)
}

/// An executable in `Sources`.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of a module, in `Tests`.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources.map { .copy($0) },
    swiftSettings: settings)
}

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let histogram = product(name: "Histogram", package: "hdrhistogram-swift")
  static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
  static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
  static let signals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let sqlite = product(name: "GRDBSQLite", package: "GRDB.swift")
  static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
  static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
  static let system = product(name: "SystemPackage", package: "swift-system")
}

let package = Package(
  name: "DIYML",
  products: [
    .executable(name: "diyml", targets: ["diyml"]),
    .executable(name: "diyml-load", targets: ["diyml-load"]),
    .executable(name: "diymld", targets: ["diymld"]),
    .executable(name: "diyml-engine", targets: ["diyml-engine"]),
    .executable(name: "protoc-gen-diyml", targets: ["protoc-gen-diyml"]),
    .library(name: "Codec", targets: ["Codec"]),
    .library(name: "WellKnownTypes", targets: ["WellKnownTypes"]),
    .library(name: "ProtoJSON", targets: ["ProtoJSON", "Descriptors"]),
    .library(name: "TesteeKit", targets: ["TesteeKit"]),
    .library(
      name: "RPC",
      targets: ["RPCCore", "RPCServer", "RPCClient", "RPCServices", "RPCMetrics", "RPCTracing"]),
    .library(name: "DIYMLAPI", targets: ["API"]),
    .library(name: "DiskLayer", type: .dynamic, targets: ["DiskLayer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // The wire.
    module("Codec", extra: [.strictMemorySafety()]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CMalloc"),
    module("RPCCore", ["CMalloc", "Codec", "CZstd", .nioCore]),
    module("RPCTLS", ["RPCCore", .nioCore, .nioTLS, .nioSSL]),
    module("RPCServer", ["Codec", "RPCCore", "RPCTLS", .nioCore, .nioPosix, .logging]),
    module("RPCClient", ["Codec", "RPCCore", "RPCTLS", .nioCore, .nioPosix, .logging]),
    module("RPCServices", ["Codec", "Descriptors", "RPCCore"]),
    module("RPCMetrics", ["RPCCore", .coreMetrics, .logging, .nioCore, .nioPosix]),
    module("RPCTracing", ["RPCCore", .logging, .tracing]),
    module("RPCLoopback", ["RPCCore", "RPCServer", "RPCClient", .nioCore, .logging]),
    module("API", ["Codec", "RPCCore"]),
    module("WellKnownTypes", ["Codec"]),

    // Images and the science.
    .systemLibrary(
      name: "CVipsSystem", pkgConfig: "gobject-2.0", providers: [.apt(["libvips-dev"])]),
    .target(
      name: "CVips", dependencies: ["CVipsSystem"],
      linkerSettings: [.linkedLibrary("vips"), .linkedLibrary("z")]),
    module("Images", ["CVips"]),
    .target(
      name: "CTorch",
      linkerSettings: [
        .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
      ]),
    module("Model", ["BoxMetrics", "CTorch", "SeededRandom"]),
    module("BoxMetrics"),

    // The server.
    .systemLibrary(
      name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    module("Credentials", ["CArgon2", .crypto]),
    .systemLibrary(name: "CFileSync"),
    module("Store", ["CFileSync", .grdb, .sqlite, .crypto]),
    module("EngineHost", ["API", "Codec", "RPCCore", "RPCClient", .subprocess, .system, .logging]),
    module(
      "Services",
      [
        "API", "BoxMetrics", "Codec", "RPCCore", "Store", "Credentials", "EngineHost", .logging,
        .crypto,
      ]),

    // The engine.
    module("Engine", ["API", "BoxMetrics", "Codec", "RPCCore", "Model", "Images", .crypto]),

    // The command line.
    module("DataSets"),
    module("Drawing"),
    module(
      "CommandLineKit",
      [
        "API", "BoxMetrics", "Codec", "DataSets", "Descriptors", "Drawing", "ProtoJSON", "RPCCore",
        "RPCClient", "RPCServices", .argumentParser, .crypto, .logging, .signals, .subprocess,
        .system,
      ]),

    // Random numbers that a seed decides.
    module("SeededRandom"),
    module("PNGEncoding"),

    // The load generator.
    module(
      "LoadKit",
      [
        "API", "Codec", "CommandLineKit", "Drawing", "ProtoJSON", "RPCCore", "RPCClient",
        "RPCServer", .argumentParser, .histogram, .logging,
      ]),

    // From .proto to Swift.
    module("Descriptors", ["Codec"]),
    module("ProtoJSON", ["Codec", "Descriptors"]),
    module("CodeGen", ["Codec", "Descriptors"]),

    program("protoc-gen-diyml", ["CodeGen", "Codec", "Descriptors"]),
    program(
      "diymld",
      [
        "API", "Codec", "Services", "Credentials", "EngineHost", "RPCClient", "RPCCore",
        "RPCServer", "RPCMetrics", "RPCServices", "RPCTracing", "Store", .argumentParser,
        .coreMetrics,
        .lifecycle, .signals, .logging,
      ]),
    program(
      "diyml-engine", ["Engine", "RPCCore", "RPCServer", "RPCTracing", .argumentParser, .logging]),
    program("detector-speed", ["Model"]),
    program("store-fill", ["SeededRandom", "Store"]),
    program("diyml", ["CommandLineKit", "RPCCore"]),
    program("diyml-load", ["CommandLineKit", "LoadKit"]),
    program(
      "diyml-demo",
      [
        "API", "BoxMetrics", "Codec", "CommandLineKit", "DataSets", "PNGEncoding", "RPCCore",
        "SeededRandom", .argumentParser, .subprocess, .system, .signals,
      ]),

    // Tests. The second implementation of protobuf is C that protoc-c wrote from the same Protos.
    .target(
      name: "ProtobufCJudge", path: "Tests/ProtobufCJudge",
      cSettings: [.headerSearchPath("Generated")],
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    module("CodecTestMessages", ["Codec"], path: "Tests/CodecTestMessages"),
    module(
      "FuzzProperties",
      [
        "API", "Codec", "CodecTestMessages", "Descriptors", "ProtoJSON", "ProtobufCJudge",
        "RPCCore", "WellKnownTypes", .nioCore,
      ],
      path: "Tests/FuzzProperties"),
    // What answers a judge in another language.
    module(
      "TesteeKit", ["Codec", "Descriptors", "ProtoJSON", "WellKnownTypes"], path: "Tests/TesteeKit"),
    .executableTarget(
      name: "codec-testee",
      dependencies: ["Codec", "CodecTestMessages", "TesteeKit", "WellKnownTypes"],
      path: "Tests/codec-testee", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["PNGEncoding", "RPCCore", "RPCClient", "SeededRandom", .crypto],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests(
      "CodecTests",
      [
        "Codec", "CodecTestMessages", "Descriptors", "API", "RPCCore", "ProtobufCJudge",
        "SeededRandom", "codec-memory",
      ],
      resources: ["Fixtures"]),
    tests(
      "CodeGenTests", ["Codec", "CodeGen", "Descriptors", "RPCCore", "WellKnownTypes"],
      resources: ["Fixtures"]),
    tests("FuzzTests", ["FuzzProperties", "SeededRandom"]),
    .target(name: "AllocationPeak", path: "Tests/AllocationPeak"),
    .executableTarget(
      name: "codec-memory", dependencies: ["API", "AllocationPeak", "Codec", "CodecTestMessages"],
      path: "Tests/CodecMemory", swiftSettings: settings),
    tests("DescriptorsTests", ["Codec", "CodecTestMessages", "Descriptors", "WellKnownTypes"]),
    tests(
      "ProtoJSONTests",
      ["Codec", "Descriptors", "ProtoJSON", "SeededRandom", "WellKnownTypes"],
      resources: ["Fixtures"]),
    tests("WellKnownTypesTests", ["Codec", "WellKnownTypes"]),
    tests("RPCCoreTests", ["Codec", "RPCCore", "SeededRandom", .nioCore, .nioEmbedded]),
    .executableTarget(
      name: "attack-target", dependencies: ["RPCCore", "RPCServer", .logging],
      path: "Tests/AttackTarget", swiftSettings: settings),
    tests(
      "RPCServerTests",
      [
        "Codec", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "SeededRandom",
        "TestSupport", "attack-target", .nioCore, .nioPosix, .logging,
      ]),
    tests(
      "RPCMetricsTests",
      [
        "RPCCore", "RPCClient", "RPCLoopback", "RPCMetrics", "RPCServices", .coreMetrics,
        .logging, .nioCore, .nioPosix,
      ]),
    tests(
      "RPCTracingTests",
      [
        "Codec", "RPCCore", "RPCClient", "RPCServer", "RPCTracing", "SeededRandom", "TestSupport",
        .logging, .tracing,
      ]),
    tests(
      "RPCServicesTests",
      [
        "Codec", "Descriptors", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "RPCServices",
        "TestSupport", .logging,
      ]),
    tests("RPCTLSTests", ["RPCCore", "RPCTLS", "SeededRandom", "TestSupport", .nioSSL]),
    tests(
      "RPCClientTests",
      ["Codec", "RPCCore", "RPCServer", "RPCClient", "SeededRandom", .logging]),
    tests("ImagesTests", ["Images", "SeededRandom"]),
    tests(
      "ModelTests", ["BoxMetrics", "CTorch", "Model", "SeededRandom"], resources: ["Fixtures"]),
    tests("BoxMetricsTests", ["BoxMetrics"], resources: ["Fixtures"]),
    tests("CredentialsTests", ["Credentials"]),
    tests("DataSetsTests", ["DataSets", "SeededRandom", "TestSupport"]),
    tests("DrawingTests", ["Drawing"]),
    // What is loaded below a program, records what it does to files and makes calls fail.
    .target(name: "DiskLayer", path: "Tests/DiskLayer"),
    module(
      "DiskFaults", ["SeededRandom", "Store", .crypto, .grdb], path: "Tests/DiskFaults"),
    .executableTarget(
      name: "store-scenario", dependencies: ["DiskFaults", "Store"], path: "Tests/store-scenario",
      swiftSettings: settings),
    tests(
      "PowerLossTests", ["DiskFaults", "SeededRandom", "Store", "TestSupport", "store-scenario"],
      resources: ["Fixtures"]),
    tests("StoreTests", ["Store", "TestSupport", .grdb, .crypto], resources: ["Fixtures"]),
    tests(
      "ServicesTests",
      [
        "API", "Codec", "RPCCore", "RPCLoopback", "Store", "Credentials", "EngineHost", "Services",
        "SeededRandom", "TestSupport", .logging, .crypto,
      ]),
    tests(
      "EngineTests",
      [
        "API", "Codec", "Engine", "Images", "Model", "RPCCore", "RPCClient", "RPCServer",
        "SeededRandom", .crypto, .logging,
      ]),
    tests(
      "EngineHostTests",
      ["EngineHost", "API", "Codec", "RPCCore", "RPCClient", "diyml-engine", .logging]),
    tests(
      "CommandLineTests",
      [
        "API", "BoxMetrics", "Codec", "CommandLineKit", "DataSets", "Drawing", "PNGEncoding",
        "RPCCore", "RPCLoopback", "RPCServices", "TestSupport", "diyml-demo", .logging, .crypto,
      ]),
    tests("diymldTests", ["diymld"]),
    tests(
      "LoadKitTests",
      [
        "API", "Codec", "CommandLineKit", "Drawing", "LoadKit", "RPCCore", "RPCLoopback",
        "SeededRandom", "TestSupport",
        .logging,
      ]),
    tests(
      "EndToEndTests",
      [
        "API", "Codec", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "Store", "Credentials",
        "EngineHost", "Services", "SeededRandom", "TestSupport", "diymld", "diyml-engine", "diyml",
        "store-fill", .logging, .crypto, .grdb, .subprocess, .system,
      ],
      resources: ["Golden"]),
  ],
  cxxLanguageStandard: .cxx17
)
