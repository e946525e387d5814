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

/// A module of Swift in `Sources`.
func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], extra: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings + extra)
}

/// An executable in `Sources`.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of a module, in `Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources.map { .copy($0) },
    swiftSettings: settings)
}

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
}

let package = Package(
  name: "DIYML",
  products: [
    .executable(name: "diyml", targets: ["diyml"]),
    .executable(name: "diymld", targets: ["diymld"]),
    .executable(name: "diyml-engine", targets: ["diyml-engine"]),
    .executable(name: "protoc-gen-diyml", targets: ["protoc-gen-diyml"]),
    .library(name: "Codec", targets: ["Codec"]),
    .library(name: "RPC", targets: ["RPCCore", "RPCServer", "RPCClient"]),
    .library(name: "DIYMLAPI", targets: ["API"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // The wire.
    module("Codec", extra: [.strictMemorySafety()]),
    module("RPCCore", ["Codec", .nioCore]),
    module("RPCServer", ["Codec", "RPCCore", .nioCore, .nioPosix, .logging]),
    module("RPCClient", ["Codec", "RPCCore", .nioCore, .nioPosix, .logging]),
    module("API", ["Codec", "RPCCore"]),

    // Images and the science.
    .target(name: "CVips"),
    module("Images", ["CVips"]),
    .target(
      name: "CTorch",
      linkerSettings: [
        .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
      ]),
    module("Model", ["CTorch", "Images"]),

    // The server.
    .systemLibrary(
      name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    module("Credentials", ["CArgon2", .crypto]),
    module("Store", [.grdb, .crypto]),
    module("EngineHost", ["API", "Codec", "RPCCore", "RPCClient", .subprocess, .logging]),
    module(
      "Services",
      ["API", "Codec", "RPCCore", "Store", "Credentials", "EngineHost", .logging, .crypto]),

    // The engine.
    module("Engine", ["API", "Codec", "RPCCore", "Model", "Images", .logging]),

    // From .proto to Swift.
    module("CodeGen", ["Codec"]),

    program("protoc-gen-diyml", ["CodeGen", "Codec"]),
    program(
      "diymld",
      [
        "Services", "EngineHost", "RPCCore", "RPCServer", "Store", .argumentParser, .lifecycle,
        .logging,
      ]),
    program("diyml-engine", ["Engine", "RPCCore", "RPCServer", .argumentParser, .logging]),
    program("diyml", ["API", "RPCClient", .argumentParser]),
  ],
  cxxLanguageStandard: .cxx17
)
