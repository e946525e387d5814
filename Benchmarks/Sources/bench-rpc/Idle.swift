import Foundation
import Glibc

/// What connections cost that do nothing: 10,000 of them on one server, and an active one beside them.
enum Idle {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let connections = 10_000
  /// What a client says first: preface, and settings that are all initial.
  private static let hello: [UInt8] =
    [0xD1, 0x59, 0x4D, 0x4C, 1, 0] + [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
  private static let active = Scenario(bytes: 64, inFlight: 1)

  static func run() async throws {
    try raiseDescriptorLimit(to: rlim_t(connections + 1_000))
    let server = try Child("serve", Peer.ours.rawValue)
    let port = try server.answered(Children.Ready.self).port
    let driver = try Child("drive", Peer.ours.rawValue, "\(port)")
    defer {
      driver.stop()
      server.stop()
    }
    let alone = try p99(of: driver)
    let before = try server.ask("mark", Usage.self).residentBytes
    let sockets = try (0..<connections).map { _ in try connect(to: port) }
    for socket in sockets { try awaitHello(on: socket) }
    let after = try server.ask("usage", Usage.self).residentBytes
    let beside = try p99(of: driver)
    for socket in sockets { close(socket) }

    let perConnection = Double(after - before) / Double(connections)
    print("\(connections) idle connections: \((after - before) >> 20) MiB more in the server")
    print("p99 of an active connection: \(alone) us alone, \(beside) us beside them")
    print(
      "result: bench-rpc-idle connections=\(connections) bytes_per_connection=\(Int(perConnection))"
        + String(format: " p99_ratio=%.2f", beside / alone))
  }

  /// The median of five rounds' 99th percentiles, in microseconds.
  private static func p99(of driver: Child) throws -> Double {
    var rounds: [Double] = []
    for _ in 0..<5 {
      let assignment = Assignment(scenario: active, seconds: 1, counts: false)
      let order = String(decoding: try JSONEncoder().encode(assignment), as: UTF8.self)
      rounds.append(try driver.ask(order, Round.self).p99)
    }
    return rounds.sorted()[2]
  }

  private static func raiseDescriptorLimit(to wanted: rlim_t) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    limit.rlim_max = max(limit.rlim_max, wanted)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw Failure(description: "cannot open \(wanted) files: \(String(cString: strerror(errno)))")
    }
  }

  private static func connect(to port: Int) throws -> CInt {
    let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard socket >= 0, isConnected, write(socket, hello, hello.count) == hello.count else {
      throw Failure(description: "cannot connect: \(String(cString: strerror(errno)))")
    }
    return socket
  }

  /// Waits for the server's preface and settings, so that it has made all that it keeps.
  private static func awaitHello(on socket: CInt) throws {
    var bytes = [UInt8](repeating: 0, count: 256)
    guard read(socket, &bytes, bytes.count) >= hello.count else {
      throw Failure(description: "no hello from the server")
    }
  }
}
