// swift-tools-version: 6.2
import PackageDescription

// What is fuzzed is compiled here anew, by way of links into the project: libFuzzer guides itself by
// counters that the compiler puts into the code.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A module whose code is counted.
func fuzzed(
  _ name: String, _ dependencies: [Target.Dependency], except: [String] = [],
  extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: except,
    swiftSettings: settings + extra + [.unsafeFlags(["-sanitize=fuzzer"])])
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2")
  ],
  targets: [
    fuzzed("Codec", [], extra: [.strictMemorySafety()]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CMalloc"),
    fuzzed(
      "RPCCore", ["CMalloc", "Codec", "CZstd", "Waiting", nioCore],
      except: ["CMalloc", "CZstd", "Observability", "TLS"]),
    fuzzed("Waiting", []),
    fuzzed("API", ["Codec", "RPCCore", "WellKnownTypes"]),
    fuzzed("CodecTestMessages", ["Codec"]),
    fuzzed("Descriptors", ["Codec"]),
    fuzzed("JSONText", []),
    fuzzed("ProtoJSON", ["Codec", "Descriptors", "JSONText"]),
    fuzzed("WellKnownTypes", ["Codec"]),
    .target(
      name: "ProtobufCJudge", cSettings: [.headerSearchPath("Generated")],
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    .target(
      name: "FuzzProperties",
      dependencies: [
        "API", "Codec", "CodecTestMessages", "Descriptors", "ProtoJSON", "ProtobufCJudge",
        "RPCCore", "WellKnownTypes", nioCore,
      ],
      swiftSettings: settings),
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(
      name: "Fuzz", dependencies: ["FuzzProperties", "CLibFuzzer"],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
)
