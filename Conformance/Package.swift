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
  static let testeeKit = product(name: "TesteeKit", package: "DIYML")
  static let wellKnownTypes = product(name: "WellKnownTypes", package: "DIYML")
}

let package = Package(
  name: "DIYMLConformance",
  dependencies: [.package(name: "DIYML", path: "..")],
  targets: [
    // `Scripts/conformance` generates it from the public suite's .proto files.
    .target(
      name: "ConformanceMessages", dependencies: [.codec, .wellKnownTypes], swiftSettings: settings),
    .executableTarget(
      name: "codec-conformance", dependencies: ["ConformanceMessages", .codec, .testeeKit],
      swiftSettings: settings),
  ]
)
