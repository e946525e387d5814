import Foundation
import RPCCore

/// Our RPC against grpc-swift-2 and against bare SwiftNIO, each in a server and a client process.
@main
enum Bench {
  private static let usage = """
    usage: bench-rpc                          all scenarios, less than 10 minutes
           bench-rpc --quick                  64 bytes, 64 calls in flight, one connection
           bench-rpc --only TEXT [ROUNDS]     scenarios with this in their names, such as "1 MiB"
           bench-rpc idle                     10,000 idle connections and an active one
    """

  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch Array(arguments) {
    case []:
      try Report.conclude(try Race().run([.main] + Scenario.all.filter { $0 != .main }))
    case ["--quick"]:
      try Report.conclude(try Race().run([.main]))
    case let arguments where arguments.first == "--only":
      try only(arguments.dropFirst())
    case ["idle"]:
      try await Idle.run()
    default:
      try await child(Array(arguments))
    }
  }

  /// Takes a part of the scenarios' names and, if wanted, how many rounds of each count.
  private static func only(_ arguments: ArraySlice<String>) throws {
    let chosen = arguments.first.map { text in Scenario.all.filter { $0.name.contains(text) } }
    var race = Race()
    if arguments.count == 2 { race.rounds = arguments.last.flatMap(Int.init) ?? 0 }
    guard let chosen, !chosen.isEmpty, arguments.count <= 2, race.rounds > 0 else { try refuse() }
    try Report.conclude(try race.run(chosen))
  }

  private static func child(_ arguments: [String]) async throws {
    // As our programs do; for all peers alike.
    LargeBlocks.reuse()
    if arguments.count == 2, arguments[0] == "serve", let peer = Peer(rawValue: arguments[1]) {
      try await Children.serve(peer)
    } else if arguments.count == 3, arguments[0] == "drive",
      let peer = Peer(rawValue: arguments[1]),
      let port = Int(arguments[2])
    {
      try await Children.drive(peer, port: port)
    } else {
      try refuse()
    }
  }

  /// Says how this program is to be called.
  private static func refuse() throws -> Never {
    try FileHandle.standardError.write(contentsOf: Data((usage + "\n").utf8))
    exit(2)
  }
}
