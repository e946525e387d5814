import Codec
import Foundation
import RPCCore

// MARK: Bytes that do not come, or not in time

extension Attack {
  /// Half a second for what begins, and hardly more for its bytes.
  private static let quick = ["receiveGrace": 500, "receiveBytesPerSecondMin": 1 << 20]

  static let slowness: [Attack] = [
    Attack(
      name: "never-finished frame", limits: quick, outcomes: ["GOAWAY timeout"],
      memoryBytesMax: 64 << 20, timeMax: .seconds(10)
    ) { attacker in
      let begun =
        RawFrames.header(.data, [.first, .last], stream: 1, length: 64 << 10)
        + [UInt8](repeating: 1, count: 60_000)
      let call = try RawFrames.hello() + RawFrames.open(1, Echo.collect)
      try attacker.send(call + begun, on: 200)
    },
    Attack(
      name: "never-finished message",
      limits: ["receiveGrace": 1_000, "receiveBytesPerSecondMin": 4 << 20]
        .merging(["receivedBytesMax": 32 << 20]) { $1 },
      outcomes: ["END RESOURCE_EXHAUSTED"], memoryBytesMax: 128 << 20, timeMax: .seconds(20)
    ) { attacker in
      // A quarter of each comes; together twice of what all connections may hold.
      let chunk = [UInt8](repeating: 1, count: 32 << 10)
      var call = try RawFrames.hello() + RawFrames.open(1, Echo.collect)
      call += RawFrames.frame(.data, .first, stream: 1, payload: Bytes([0, 0x40, 0, 0] + chunk))
      for _ in 1..<32 { call += RawFrames.frame(.data, stream: 1, payload: Bytes(chunk)) }
      try attacker.send(call, on: 64, isOver: Attacker.isEnd)
    },
    Attack(
      name: "calls without a request",
      limits: ["helloTimeout": 1_000, "receiveBytesPerSecondMin": 64 << 20]
        .merging(["receiveGrace": 1_000]) { $1 },
      outcomes: ["128 END RESOURCE_EXHAUSTED"], memoryBytesMax: 48 << 20, timeMax: .seconds(20)
    ) { attacker in
      var calls = try RawFrames.hello()
      for stream in 1...128 as ClosedRange<UInt32> {
        calls += try RawFrames.open(stream, Echo.unary)
      }
      let sockets = try (0..<100).map { _ in
        let socket = try RawSocket(attacker.address)
        socket.send(calls)
        return socket
      }
      for socket in sockets {
        var ends = 0
        let last = attacker.outcome(of: socket) { frame in
          ends += frame.header.type == .end ? 1 : 0
          return ends == 128
        }
        attacker.note("\(ends) \(last)")
      }
    },
    Attack(
      name: "slow bytes", outcomes: ["END OK"], memoryBytesMax: 24 << 20, timeMax: .seconds(10)
    ) { attacker in
      // No fault: a call is served, however it is cut.
      let call = try RawFrames.hello() + RawFrames.open(1, Echo.unary) + RawFrames.message(1)
      let sockets = try (0..<20).map { _ in try RawSocket(attacker.address) }
      for socket in sockets { socket.sendAtOnce() }
      for byte in call {
        for socket in sockets { socket.send([byte]) }
      }
      for socket in sockets {
        attacker.note(attacker.outcome(of: socket, isOver: Attacker.isEnd))
      }
    },
    Attack(
      name: "one byte per second", limits: quick,
      outcomes: ["END RESOURCE_EXHAUSTED", "GOAWAY timeout"], memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      // Fifty times as fast, as the limits are; in frames of one byte, and within one frame.
      let call = try RawFrames.hello() + RawFrames.open(1, Echo.collect)
      let first = RawFrames.frame(.data, .first, stream: 1, payload: [0, 0, 0x40, 0, 1])
      let byte = RawFrames.frame(.data, stream: 1, payload: [1])
      let header = RawFrames.header(.data, [.first, .last], stream: 1, length: 10_000)
      let sockets = try (0..<50).map { _ in try RawSocket(attacker.address) }
      for (number, socket) in sockets.enumerated() {
        socket.send(call + (number % 2 == 0 ? first : header))
      }
      for _ in 0..<50 {
        for (number, socket) in sockets.enumerated() { socket.send(number % 2 == 0 ? byte : [1]) }
        Thread.sleep(forTimeInterval: 0.02)
      }
      for socket in sockets {
        attacker.note(attacker.outcome(of: socket, isOver: Attacker.isEnd))
      }
    },
    Attack(
      name: "reads nothing", limits: ["writeTimeout": 500, "closeTimeout": 200],
      outcomes: ["closed"], memoryBytesMax: 64 << 20, timeMax: .seconds(20)
    ) { attacker in
      let window = UInt32(1) << 30
      let settings = WireSettings(
        messageBytesMax: window, streamWindowBytes: window, connectionWindowBytes: window)
      let item = Echo.Item(key: "1000", value: Bytes([UInt8](repeating: 7, count: 60_000)))
      let call =
        try RawFrames.hello(settings) + RawFrames.open(1, Echo.repeated)
        + RawFrames.message(1, item)
      let sockets = try (0..<20).map { _ in
        let socket = try RawSocket(attacker.address)
        socket.send(call)
        return socket
      }
      Thread.sleep(forTimeInterval: 2)
      for socket in sockets { attacker.note(attacker.outcome(of: socket)) }
    },
  ]
}
