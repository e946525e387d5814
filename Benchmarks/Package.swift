// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is built with, as in the package above.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let api = product(name: "DIYMLAPI", package: "DIYML")
  static let codec = product(name: "Codec", package: "DIYML")
  static let grpcCore = product(name: "GRPCCore", package: "grpc-swift-2")
  static let grpcTransport = product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let rpc = product(name: "RPC", package: "DIYML")
  static let swiftProtobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
  static let wellKnownTypes = product(name: "WellKnownTypes", package: "DIYML")
}

let package = Package(
  name: "DIYMLBenchmarks",
  dependencies: [
    .package(name: "DIYML", path: ".."),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", exact: "2.9.2"),
  ],
  targets: [
    // The codec against swift-protobuf and libprotobuf-c: one schema, generated for each.
    .target(name: "BenchMessages", dependencies: [.codec], swiftSettings: settings),
    .target(name: "SwiftProtobufMessages", dependencies: [.swiftProtobuf]),
    .target(
      name: "CProtobuf", cSettings: [.headerSearchPath("Generated")],
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    .executableTarget(
      name: "bench-codec",
      dependencies: [
        "BenchMessages", "CProtobuf", "SwiftProtobufMessages", .codec, .swiftProtobuf,
      ], swiftSettings: settings),

    // What each method costs on stores of many images.
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .executableTarget(
      name: "bench-store", dependencies: ["CSQLite", .api, .codec, .rpc, .wellKnownTypes],
      swiftSettings: settings),

    // The RPC against grpc-swift-2 and bare SwiftNIO.
    .target(name: "CAllocations"),
    .executableTarget(
      name: "bench-rpc",
      dependencies: [
        "CAllocations", .codec, .rpc, .grpcCore, .grpcTransport, .logging, .nioCore, .nioPosix,
      ], swiftSettings: settings),
  ]
)
