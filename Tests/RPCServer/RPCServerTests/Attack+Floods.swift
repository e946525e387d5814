import Codec
import Foundation
import RPCCore

// MARK: More than anybody needs

extension Attack {
  private static let tooMuch: Set<String> = ["GOAWAY tooMuch"]

  static let floods: [Attack] = [
    Attack(
      name: "open-and-cancel flood", outcomes: tooMuch, memoryBytesMax: 64 << 20,
      timeMax: .seconds(30)
    ) { attacker in
      var flood = try RawFrames.hello()
      for stream in 1...3_000 as ClosedRange<UInt32> {
        flood += try RawFrames.open(stream, Echo.collect) + RawFrames.frame(.cancel, stream: stream)
      }
      try attacker.send(flood, on: 20)
    },
    Attack(
      name: "ping flood", outcomes: tooMuch, memoryBytesMax: 24 << 20, timeMax: .seconds(10)
    ) { attacker in
      let pings = Array(repeatElement(ping, count: 5_000).joined())
      try attacker.send(
        RawFrames.hello() + RawFrames.open(1, Echo.collect) + pings, on: 50)
    },
    Attack(
      name: "pings for nothing", outcomes: tooMuch, memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      try attacker.send(RawFrames.hello() + ping + ping + ping + ping, on: 100)
    },
    Attack(
      name: "credit flood", outcomes: tooMuch, memoryBytesMax: 24 << 20, timeMax: .seconds(10)
    ) { attacker in
      let credit = RawFrames.frame(.credit, stream: 1, payload: [0, 0, 0, 1])
      let flood = Array(repeatElement(credit, count: 5_000).joined())
      try attacker.send(
        RawFrames.hello() + RawFrames.open(1, Echo.collect) + flood, on: 50)
    },
  ]

  private static let ping = RawFrames.frame(.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])
}

// MARK: Connections

extension Attack {
  /// How often somebody connects in the flood of connections.
  private static let attempts =
    ProcessInfo.processInfo.environment["DIYML_ATTACK_CONNECTIONS"].flatMap { Int($0) } ?? 3_000

  static let connections: [Attack] = [
    Attack(
      name: "\(attempts) connection attempts", limits: ["connectionsPerAddressMax": 20],
      outcomes: ["settings", "GOAWAY tooManyConnections"], memoryBytesMax: 64 << 20,
      timeMax: .seconds(10 + Double(attempts) / 500)
    ) { attacker in
      // From 16 addresses, each of which keeps 40 open: half of them more than it may.
      var open: [RawSocket] = []
      let hello = try RawFrames.hello()
      for attempt in 0..<attempts {
        let socket = try RawSocket(attacker.address, from: "127.0.1.\(1 + attempt % 16)")
        socket.resetAtEnd()
        socket.send(hello)
        attacker.note(
          attacker.outcome(of: socket) { $0.header.type == .settings })
        open.append(socket)
        if open.count == 640 { open.removeFirst(320) }
      }
    },
    Attack(
      name: "half-closed sockets", outcomes: ["closed"], memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let hello = try RawFrames.hello()
      let sockets = try (0..<300).map { number in
        let socket = try RawSocket(attacker.address)
        if number % 2 == 0 { socket.send(hello) }
        socket.shutDown()
        return socket
      }
      for socket in sockets { attacker.note(attacker.outcome(of: socket)) }
    },
    Attack(
      name: "TLS handshake stall", limits: ["helloTimeout": 1_000, "closeTimeout": 200],
      isTLS: true, outcomes: ["closed"], memoryBytesMax: 64 << 20, timeMax: .seconds(20)
    ) { attacker in
      // A record of 512 bytes that does not come to its end.
      let clientHello: [UInt8] =
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
        + Array(repeating: 0x2A, count: 64)
      let sockets = try (0..<200).map { number in
        let socket = try RawSocket(attacker.address)
        socket.send(Array(clientHello.prefix([0, 1, 5, 60][number % 4])))
        return socket
      }
      for socket in sockets { attacker.note(attacker.outcome(of: socket)) }
    },
  ]
}
