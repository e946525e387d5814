// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Examples",
  dependencies: [.package(name: "DIYML", path: "..")],
  targets: [
    .executableTarget(
      name: "tally",
      dependencies: [
        .product(name: "Codec", package: "DIYML"),
        .product(name: "RPC", package: "DIYML"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
  ]
)
