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

/// A module of Swift; folders in it that are targets of their own are left out by `except`.
func module(
  _ name: String, in path: String, _ dependencies: [Target.Dependency] = [],
  except: [String] = [], extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: except,
    swiftSettings: settings + extra)
}

/// A program; `in` is the folder it lies in, under its own name.
func program(_ name: String, in path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "\(path)/\(name)", swiftSettings: settings)
}

/// The tests of a module.
func tests(
  _ name: String, in path: String, _ dependencies: [Target.Dependency], resources: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: path, resources: resources.map { .copy($0) },
    swiftSettings: settings)
}

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let histogram = product(name: "Histogram", package: "hdrhistogram-swift")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
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
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Codec: messages as bytes, as JSON, and from .proto to Swift.
    module("Codec", in: "Sources/Codec/Wire", extra: [.strictMemorySafety()]),
    module("Descriptors", in: "Sources/Codec/Descriptors", ["Codec"]),
    module("JSONText", in: "Sources/Codec/JSONText"),
    module("ProtoJSON", in: "Sources/Codec/JSON", ["Codec", "Descriptors", "JSONText"]),
    module("WellKnownTypes", in: "Sources/Codec/WellKnownTypes", ["Codec"]),
    module("CodeGen", in: "Sources/Codec/Generator", ["Codec", "Descriptors"]),
    program("protoc-gen-diyml", in: "Sources/Codec", ["CodeGen", "Codec", "Descriptors"]),

    // RPC: what both ends share, what is seen from outside, and the two ends.
    .systemLibrary(
      name: "CZstd", path: "Sources/RPCCore/CZstd", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CMalloc", path: "Sources/RPCCore/CMalloc"),
    module(
      "RPCCore", in: "Sources/RPCCore", ["CMalloc", "Codec", "CZstd", "Waiting", .nioCore],
      except: ["CMalloc", "CTLS", "CZstd", "Observability", "TLS"]),
    .systemLibrary(
      name: "CTLS", path: "Sources/RPCCore/CTLS", pkgConfig: "libssl",
      providers: [.apt(["libssl-dev"])]),
    module("RPCTLS", in: "Sources/RPCCore/TLS", ["CTLS", "RPCCore", .nioCore]),
    module(
      "RPCServices", in: "Sources/RPCCore/Observability/Services",
      ["Codec", "Descriptors", "RPCCore"]),
    module(
      "RPCMetrics", in: "Sources/RPCCore/Observability/Metrics",
      ["RPCCore", .coreMetrics, .logging, .nioCore, .nioPosix]),
    module(
      "RPCTracing", in: "Sources/RPCCore/Observability/Tracing",
      ["JSONText", "RPCCore", "Threads", .logging, .tracing]),
    module(
      "RPCServer", in: "Sources/RPCServer",
      ["Codec", "RPCCore", "RPCTLS", "Waiting", .nioCore, .nioPosix, .logging]),
    module(
      "RPCClient", in: "Sources/RPCClient",
      ["Codec", "RPCCore", "RPCTLS", "Waiting", .nioCore, .nioPosix, .logging]),
    module("API", in: "Sources/API", ["Codec", "RPCCore", "WellKnownTypes"]),

    // What several rooms need: hashes, threads, signals to wait for, random numbers from a seed.
    .systemLibrary(
      name: "CCrypto", path: "Sources/Basics/CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),
    module("Cryptography", in: "Sources/Basics/Cryptography", ["CCrypto"]),
    module("Threads", in: "Sources/Basics/Threads"),
    module("Waiting", in: "Sources/Basics/Waiting"),
    module("SeededRandom", in: "Sources/Basics/SeededRandom"),

    // Images and the science.
    .systemLibrary(
      name: "CVipsSystem", path: "Sources/Images/CVipsSystem", pkgConfig: "gobject-2.0",
      providers: [.apt(["libvips-dev"])]),
    .target(
      name: "CVips", dependencies: ["CVipsSystem"], path: "Sources/Images/CVips",
      linkerSettings: [.linkedLibrary("vips"), .linkedLibrary("z")]),
    module("ImageHeaders", in: "Sources/Images/Headers"),
    module(
      "Images", in: "Sources/Images", ["CVips", "ImageHeaders"],
      except: ["CVips", "CVipsSystem", "Headers"]),
    .target(
      name: "CTorch", path: "Sources/Model/CTorch",
      linkerSettings: [
        .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
      ]),
    module("BoxMetrics", in: "Sources/Model/Measures"),
    module(
      "Model", in: "Sources/Model",
      ["BoxMetrics", "CTorch", "JSONText", "SeededRandom", "Threads"],
      except: ["CTorch", "Measures"]),

    // The engine.
    module(
      "Engine", in: "Sources/Engine",
      [
        "API", "BoxMetrics", "Codec", "RPCCore", "Model", "ImageHeaders", "Images", "Cryptography",
        "Threads",
      ],
      except: ["diyml-engine"]),
    program(
      "diyml-engine", in: "Sources/Engine",
      ["Engine", "RPCCore", "RPCServer", "RPCTracing", .argumentParser, .logging]),

    // The server.
    .systemLibrary(
      name: "CArgon2", path: "Sources/Server/CArgon2", pkgConfig: "libargon2",
      providers: [.apt(["libargon2-dev"])]),
    module("Credentials", in: "Sources/Server/Accounts", ["CArgon2", "Cryptography", "Threads"]),
    .systemLibrary(name: "CFileSync", path: "Sources/Server/CFileSync"),
    module(
      "Store", in: "Sources/Server/Store",
      ["API", "CFileSync", "Codec", "Cryptography", "Threads", "WellKnownTypes", .grdb, .sqlite]),
    module(
      "EngineHost", in: "Sources/Server/EngineHost",
      ["API", "Codec", "RPCCore", "RPCClient", "Waiting", .subprocess, .system, .logging]),
    module(
      "Services", in: "Sources/Server/Services",
      [
        "API", "BoxMetrics", "Codec", "RPCCore", "Store", "Credentials", "EngineHost", .logging,
        "Cryptography", "ImageHeaders", "Waiting", "WellKnownTypes",
      ]),
    program(
      "diymld", in: "Sources/Server",
      [
        "API", "Codec", "Services", "EngineHost", "ProtoJSON", "RPCClient", "RPCCore",
        "RPCServer", "RPCMetrics", "RPCServices", "RPCTracing", "Store", "Waiting", .argumentParser,
        .coreMetrics, .signals, .logging,
      ]),

    // The command line and the load generator.
    .systemLibrary(
      name: "CYaml", path: "Sources/CLI/CYaml", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CXML", path: "Sources/CLI/CXML", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    module("DataSets", in: "Sources/CLI/DataSets", ["CXML", "CYaml", "ImageHeaders", "JSONText"]),
    module("Drawing", in: "Sources/CLI/Drawing"),
    module(
      "CommandLineKit", in: "Sources/CLI/Commands",
      [
        "API", "BoxMetrics", "Codec", "Cryptography", "DataSets", "Descriptors", "Drawing",
        "ImageHeaders", "ProtoJSON", "RPCCore", "RPCClient", "RPCServices", "WellKnownTypes",
        .argumentParser, .logging, .signals, .subprocess, .system,
      ]),
    module(
      "LoadKit", in: "Sources/CLI/Load",
      [
        "API", "Codec", "CommandLineKit", "Drawing", "ProtoJSON", "RPCCore", "RPCClient",
        "RPCServer", "SeededRandom", "Waiting", .argumentParser, .histogram, .logging,
      ]),
    program("diyml", in: "Sources/CLI", ["CommandLineKit", "RPCCore"]),
    program("diyml-load", in: "Sources/CLI", ["CommandLineKit", "LoadKit"]),

    // What is tried on the whole: the demo, accuracy on public data sets, and speed.
    module("PNGEncoding", in: "Evaluation/PNGEncoding"),
    program(
      "diyml-demo", in: "Evaluation",
      [
        "API", "BoxMetrics", "Codec", "CommandLineKit", "DataSets", "PNGEncoding", "RPCCore",
        "SeededRandom", "WellKnownTypes", .argumentParser, .subprocess, .system, .signals,
      ]),
    program("detector-speed", in: "Evaluation", ["BoxMetrics", "Model", "SeededRandom"]),
    program("store-fill", in: "Evaluation", ["API", "SeededRandom", "Store"]),

    // What `make demo` and `make release` build in one go.
    module(
      "demo-programs", in: "Evaluation/demo-programs",
      ["diyml", "diymld", "diyml-engine", "diyml-demo"]),
    module(
      "programs", in: "Evaluation/programs",
      ["demo-programs", "detector-speed", "diyml-load", "store-fill"]),

    // Tests: what they share.
    module(
      "TestSupport", in: "Tests/Support/TestSupport",
      ["PNGEncoding", "RPCCore", "RPCClient", "SeededRandom", "Cryptography"]),
    module(
      "RPCLoopback", in: "Tests/Support/RPCLoopback",
      ["RPCCore", "RPCServer", "RPCClient", .nioCore, .logging]),

    // Tests of Codec. The second implementation of protobuf is C that protoc-c wrote from the same
    // Protos; the testee answers a judge in another language.
    .target(
      name: "ProtobufCJudge", path: "Tests/Codec/ProtobufCJudge",
      cSettings: [.headerSearchPath("Generated")],
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    .target(name: "AllocationPeak", path: "Tests/Codec/AllocationPeak"),
    module("CodecTestMessages", in: "Tests/Codec/CodecTestMessages", ["Codec"]),
    module(
      "FuzzProperties", in: "Tests/Codec/FuzzProperties",
      [
        "API", "Codec", "CodecTestMessages", "Descriptors", "ProtoJSON", "ProtobufCJudge",
        "RPCCore", "WellKnownTypes", .nioCore,
      ]),
    module(
      "TesteeKit", in: "Tests/Codec/TesteeKit",
      ["Codec", "Descriptors", "ProtoJSON", "WellKnownTypes"]),
    program(
      "codec-testee", in: "Tests/Codec",
      ["Codec", "CodecTestMessages", "TesteeKit", "WellKnownTypes"]),
    program(
      "codec-memory", in: "Tests/Codec", ["API", "AllocationPeak", "Codec", "CodecTestMessages"]),
    tests(
      "CodecTests", in: "Tests/Codec/CodecTests",
      [
        "Codec", "CodecTestMessages", "Descriptors", "API", "RPCCore", "ProtobufCJudge",
        "SeededRandom", "WellKnownTypes", "codec-memory",
      ],
      resources: ["Fixtures"]),
    tests(
      "DescriptorsTests", in: "Tests/Codec/DescriptorsTests",
      ["Codec", "CodecTestMessages", "Descriptors", "WellKnownTypes"]),
    tests(
      "ProtoJSONTests", in: "Tests/Codec/ProtoJSONTests",
      ["Codec", "Descriptors", "ProtoJSON", "SeededRandom", "WellKnownTypes"],
      resources: ["Fixtures"]),
    tests(
      "WellKnownTypesTests", in: "Tests/Codec/WellKnownTypesTests", ["Codec", "WellKnownTypes"]),
    tests(
      "CodeGenTests", in: "Tests/Codec/CodeGenTests",
      ["Codec", "CodeGen", "Descriptors", "RPCCore", "WellKnownTypes"], resources: ["Fixtures"]),
    tests("FuzzTests", in: "Tests/Codec/FuzzTests", ["FuzzProperties", "SeededRandom"]),

    // Tests of the RPC.
    program("attack-target", in: "Tests/RPCServer", ["RPCCore", "RPCServer", .logging]),
    tests(
      "RPCCoreTests", in: "Tests/RPCCore/RPCCoreTests",
      ["Codec", "RPCCore", "SeededRandom", .nioCore, .nioEmbedded]),
    tests(
      "RPCTLSTests", in: "Tests/RPCCore/RPCTLSTests",
      ["CTLS", "RPCCore", "RPCTLS", "SeededRandom", "TestSupport", .nioCore]),
    tests(
      "RPCServicesTests", in: "Tests/RPCCore/RPCServicesTests",
      [
        "Codec", "Descriptors", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "RPCServices",
        "TestSupport", .logging,
      ]),
    tests(
      "RPCMetricsTests", in: "Tests/RPCCore/RPCMetricsTests",
      [
        "RPCCore", "RPCClient", "RPCLoopback", "RPCMetrics", "RPCServices", .coreMetrics,
        .logging, .nioCore, .nioPosix,
      ]),
    tests(
      "RPCTracingTests", in: "Tests/RPCCore/RPCTracingTests",
      [
        "Codec", "RPCCore", "RPCClient", "RPCServer", "RPCTracing", "SeededRandom", "TestSupport",
        .logging, .tracing,
      ]),
    tests(
      "RPCServerTests", in: "Tests/RPCServer/RPCServerTests",
      [
        "Codec", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "SeededRandom",
        "TestSupport", "attack-target", .nioCore, .nioPosix, .logging,
      ]),
    tests(
      "RPCClientTests", in: "Tests/RPCClient",
      ["Codec", "RPCCore", "RPCServer", "RPCClient", "SeededRandom", .logging]),

    // Tests of hashes, images, the science and the engine.
    tests("CryptographyTests", in: "Tests/Basics/CryptographyTests", ["Cryptography"]),
    tests("ThreadsTests", in: "Tests/Basics/ThreadsTests", ["TestSupport", "Threads", "Waiting"]),
    tests("ImagesTests", in: "Tests/Images", ["ImageHeaders", "Images", "SeededRandom"]),
    tests(
      "ModelTests", in: "Tests/Model/ModelTests",
      ["BoxMetrics", "CTorch", "Model", "SeededRandom", "detector-speed"],
      resources: ["Fixtures"]),
    tests(
      "BoxMetricsTests", in: "Tests/Model/BoxMetricsTests", ["BoxMetrics"],
      resources: ["Fixtures"]),
    tests(
      "EngineTests", in: "Tests/Engine",
      [
        "API", "Codec", "Engine", "Images", "Model", "RPCCore", "RPCClient", "RPCServer",
        "SeededRandom", "Cryptography", .logging,
      ]),

    // Tests of the server. What is loaded below a program records what it does to files and makes
    // calls fail.
    .target(name: "DiskLayer", path: "Tests/Server/DiskLayer"),
    module(
      "DiskFaults", in: "Tests/Server/DiskFaults",
      ["API", "SeededRandom", "Store", "Cryptography", .grdb]),
    program("store-scenario", in: "Tests/Server", ["DiskFaults", "Store"]),
    tests(
      "PowerLossTests", in: "Tests/Server/PowerLossTests",
      ["DiskFaults", "SeededRandom", "Store", "TestSupport", "store-scenario"],
      resources: ["Fixtures"]),
    tests("CredentialsTests", in: "Tests/Server/CredentialsTests", ["Credentials"]),
    tests(
      "StoreTests", in: "Tests/Server/StoreTests",
      ["API", "Codec", "Store", "TestSupport", "WellKnownTypes", .grdb, "Cryptography"],
      resources: ["Fixtures"]),
    tests(
      "EngineHostTests", in: "Tests/Server/EngineHostTests",
      ["EngineHost", "API", "Codec", "RPCCore", "RPCClient", "diyml-engine", .logging]),
    tests(
      "ServicesTests", in: "Tests/Server/ServicesTests",
      [
        "API", "Codec", "Cryptography", "Credentials", "Descriptors", "EngineHost", "RPCCore",
        "RPCLoopback", "SeededRandom", "Services", "Store", "TestSupport", "WellKnownTypes",
        .logging,
      ]),
    tests("diymldTests", in: "Tests/Server/diymldTests", ["diymld"]),

    // Tests of the command line.
    tests(
      "DataSetsTests", in: "Tests/CLI/DataSetsTests", ["DataSets", "SeededRandom", "TestSupport"]),
    tests("DrawingTests", in: "Tests/CLI/DrawingTests", ["Drawing"]),
    tests(
      "CommandLineTests", in: "Tests/CLI/CommandLineTests",
      [
        "API", "BoxMetrics", "Codec", "CommandLineKit", "DataSets", "Drawing", "PNGEncoding",
        "RPCCore", "RPCLoopback", "RPCServices", "TestSupport", "WellKnownTypes", "diyml-demo",
        .logging, "Cryptography",
      ]),
    tests(
      "LoadKitTests", in: "Tests/CLI/LoadKitTests",
      [
        "API", "Codec", "CommandLineKit", "Drawing", "LoadKit", "RPCCore", "RPCLoopback",
        "SeededRandom", "TestSupport", .logging,
      ]),

    // Tests of the whole.
    tests(
      "EndToEndTests", in: "Tests/EndToEnd",
      [
        "API", "Codec", "RPCCore", "RPCServer", "RPCClient", "RPCLoopback", "Store", "Credentials",
        "EngineHost", "Services", "SeededRandom", "TestSupport", "WellKnownTypes", "diymld",
        "diyml-engine", "diyml", "store-fill", .logging, "Cryptography", .grdb, .subprocess,
        .system,
      ],
      resources: ["Golden"]),
  ],
  cxxLanguageStandard: .cxx17
)
