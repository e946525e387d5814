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
  static let codec = product(name: "Codec", package: "DIYML")
  static let swiftProtobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
}

let package = Package(
  name: "DIYMLBenchmarks",
  dependencies: [
    .package(name: "DIYML", path: ".."),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
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
  ]
)
