import Foundation
import Logging
import RPCClient
import RPCCore
import RPCServer

/// Serves the tally, or calls it.
@main
struct TallyProgram {
  static let usage = "usage: tally serve ADDRESS | add ADDRESS NAME AMOUNT | watch ADDRESS NAME"

  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst().map { $0 }
    guard arguments.count >= 2, let address = Address(arguments[1]) else {
      exit(complaining: usage)
    }
    do {
      switch (arguments[0], arguments.count) {
      case ("serve", 2): try await serve(on: address)
      case ("add", 4): try await add(Int64(arguments[3]) ?? 1, to: arguments[2], at: address)
      case ("watch", 3): try await watch(arguments[2], at: address)
      default: exit(complaining: usage)
      }
    } catch let status as Status {
      exit(complaining: "\(status)")
    }
  }

  static func serve(on address: Address) async throws {
    let server = Server(routes: TallyProvider().routes, logger: Logger(label: "tally"))
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.run(on: [address]) }
      for bound in try await server.boundAddresses { print("listening on \(bound)") }
      fflush(nil)
      try await group.waitForAll()
    }
  }

  static func add(_ amount: Int64, to name: String, at address: Address) async throws {
    let count = try await withClient(to: address) { client in
      try await TallyClient(client).add(
        AddRequest(name: name, amount: amount), options: CallOptions(timeout: .seconds(5)))
    }
    print("\(count.name): \(count.value)")
  }

  static func watch(_ name: String, at address: Address) async throws {
    try await withClient(to: address) { client in
      try await TallyClient(client).watch(WatchRequest(name: name)) { counts in
        for try await count in counts {
          print("\(count.name): \(count.value)")
          fflush(nil)
        }
      }
    }
  }

  static func exit(complaining text: String) -> Never {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
    Foundation.exit(1)
  }
}
