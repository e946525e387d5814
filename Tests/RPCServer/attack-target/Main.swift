import Glibc
import Logging
import RPCCore
import RPCServer

/// A server to be attacked, in a process of its own so that its memory and time are its own.
///
/// `attack-target [NAME=VALUE ...]` sets limits, times in milliseconds; `certificate=` and `key=` name
/// files for TLS.
@main
struct Main {
  typealias Item = WireMetadataEntry

  struct Misuse: Error, CustomStringConvertible {
    let description: String
  }

  static func main() async throws {
    var limits = Limits()
    var files = TLSCertificateFiles(chain: "", key: "")
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map { String($0) }
      switch (parts.first, parts.last) {
      case ("certificate", let path?): files.chain = path
      case ("key", let path?): files.key = path
      case (let name?, let value?): try set(&limits, name, value)
      default: throw Misuse(description: "'\(argument)' is not NAME=VALUE")
      }
    }
    let silent = Logger(label: "attack-target") { _ in SwiftLogNoOpLogHandler() }
    let server = Server(
      routes: routes, limits: limits, logger: silent,
      tls: files.chain.isEmpty ? nil : TLSServerConfiguration(certificate: files))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      for address in try await server.boundAddresses { print("listening on \(address)") }
      // A pipe is written to when its buffer is full, unless it is told to.
      fflush(nil)
      try await group.waitForAll()
    }
  }

  private static func set(_ limits: inout Limits, _ name: String, _ value: String) throws {
    guard let number = Int(value) else { throw Misuse(description: "\(name) is '\(value)'") }
    switch name {
    case "helloTimeout": limits.helloTimeout = .milliseconds(number)
    case "writeTimeout": limits.writeTimeout = .milliseconds(number)
    case "closeTimeout": limits.closeTimeout = .milliseconds(number)
    case "receiveGrace": limits.receiveGrace = .milliseconds(number)
    case "receiveBytesPerSecondMin": limits.receiveBytesPerSecondMin = number
    case "receivedBytesMax": limits.receivedBytesMax = number
    case "connectionsPerAddressMax": limits.connectionsPerAddressMax = number
    default: throw Misuse(description: "no limit is called \(name)")
    }
  }

  /// What the tests' own service has, as far as it is called.
  private static let routes: [Route] = [
    .unary(MethodDescriptor(service: "test.Echo", name: "Unary", kind: .unary)) {
      (item: Item, _) in item
    },
    .clientStreaming(
      MethodDescriptor(service: "test.Echo", name: "Collect", kind: .clientStreaming)
    ) { (items: MessageStream<Item>, _) in
      var count = 0
      for try await _ in items { count += 1 }
      return Item(key: "\(count)")
    },
    .serverStreaming(
      MethodDescriptor(service: "test.Echo", name: "Repeat", kind: .serverStreaming)
    ) { (item: Item, responses: MessageWriter<Item>, _) in
      for _ in 0..<(Int(item.key) ?? 0) { try await responses.write(item) }
    },
  ]
}
