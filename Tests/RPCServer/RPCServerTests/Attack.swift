import Codec
import Foundation
import NIOCore
import RPCCore

/// What somebody does to a server that is not their own, and what that may cost it.
struct Attack: Sendable, CustomStringConvertible {
  let name: String
  /// Limits of the server that are not the usual ones, most of them so that time runs faster.
  var limits: [String: Int] = [:]
  var isTLS = false
  /// What becomes of the attacker's connections or calls: all of it, and nothing else.
  let outcomes: Set<String>
  /// Memory that the server may take for it.
  let memoryBytesMax: Int
  /// Processors' time that the server may take for it and for the client that behaves well.
  let timeMax: Duration
  let run: @Sendable (inout Attacker) throws -> Void

  var description: String { name }

  static let all = framing + slowness + floods + connections
}

/// Does the attacks; on a thread that may block.
struct Attacker {
  let address: Address
  /// How often each outcome was seen.
  private(set) var outcomes: [String: Int] = [:]

  init(address: Address) { self.address = address }

  /// Sends the same bytes on so many connections, and waits for what becomes of each.
  mutating func send(
    _ bytes: [UInt8], on count: Int, isOver: (Frame) -> Bool = { _ in false }
  ) throws {
    let sockets = try (0..<count).map { _ in
      let socket = try RawSocket(address)
      socket.send(bytes)
      return socket
    }
    for socket in sockets { note(outcome(of: socket, isOver: isOver)) }
  }

  mutating func note(_ outcome: String) { outcomes[outcome, default: 0] += 1 }

  /// Reads until the server says why it closes, a frame says enough, or there is nothing more to read.
  func outcome(of socket: RawSocket, isOver: (Frame) -> Bool = { _ in false }) -> String {
    var replies = RawReplies(frameBytesMax: FrameHeader.payloadBytesMax)
    do {
      while true {
        while let frame = try replies.next() {
          if frame.header.type == .goAway { return "GOAWAY \(try frame.fault.reason)" }
          guard isOver(frame) else { continue }
          return frame.header.type == .end
            ? "END \(frame.ending.failure?.code ?? .ok)" : "\(frame.header.type)"
        }
        let bytes = try socket.receiveNow()
        guard !bytes.isEmpty else { return "closed" }
        replies.append(bytes)
      }
    } catch let failure as RawSocket.Failure where failure.code == EAGAIN {
      return "nothing in 20 s"
    } catch {
      // Reset, or bytes of another protocol before the end.
      return "closed"
    }
  }

  static func isEnd(_ frame: Frame) -> Bool { frame.header.type == .end }
}

// MARK: Frames that no client would send

extension Attack {
  private static let protocolError: Set<String> = ["GOAWAY protocolError"]

  /// So many blocks of 128 KiB, all zeros, as zstd writes them in 4 bytes each (RFC 8878, 3.1.1).
  private static func zeros(blocks: Int) -> [UInt8] {
    func littleEndian(_ value: Int, bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let blockBytes = 128 << 10
    var frame = littleEndian(0xFD2F_B528, bytes: 4) + [0xA0]
    frame += littleEndian(blocks * blockBytes, bytes: 4)
    for number in 1...blocks {
      let run = 1, last = number == blocks ? 1 : 0
      frame += littleEndian(blockBytes * 8 + run * 2 + last, bytes: 3) + [0]
    }
    return frame
  }

  static let framing: [Attack] = [
    Attack(
      name: "giant frame length", outcomes: protocolError, memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let header = RawFrames.header(
        .data, [.first, .last], stream: 1, length: FrameHeader.payloadBytesMax)
      try attacker.send(RawFrames.hello() + header, on: 200)
    },
    Attack(
      name: "giant message length", outcomes: ["END RESOURCE_EXHAUSTED"], memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let first = RawFrames.frame(.data, .first, stream: 1, payload: [255, 255, 255, 255, 1])
      let call = try RawFrames.hello() + RawFrames.open(1, Echo.collect) + first
      try attacker.send(call, on: 200, isOver: Attacker.isEnd)
    },
    Attack(
      name: "decompression bomb", outcomes: ["END RESOURCE_EXHAUSTED", "END INVALID_ARGUMENT"],
      memoryBytesMax: 24 << 20, timeMax: .seconds(10)
    ) { attacker in
      let bomb = zeros(blocks: 32)
      // One says what it inflates to, the other less, which would be allowed.
      for stated in [4 << 20, bomb.count * 255] {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: stated >> (24 - 8 * $0)) }
        let message = RawFrames.frame(
          .data, [.first, .last, .finish, .compressed], stream: 1,
          payload: Bytes([1] + length + bomb))
        let call = try RawFrames.hello() + RawFrames.open(1, Echo.collect) + message
        try attacker.send(call, on: 200, isOver: Attacker.isEnd)
      }
    },
    Attack(
      name: "settings flood", outcomes: protocolError, memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let settings = RawFrames.frame(.settings)
      let flood = Array(repeatElement(settings, count: 5_000).joined())
      try attacker.send(RawFrames.hello() + flood, on: 50)
    },
    Attack(
      name: "stream id used again", outcomes: protocolError, memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let open = try RawFrames.open(1 << 31, Echo.collect)
      try attacker.send(RawFrames.hello() + open + open, on: 100)
    },
    Attack(
      name: "stream id overflow", outcomes: protocolError, memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let last = try RawFrames.open(.max - 1, Echo.collect)
      let beyond = try RawFrames.open(.max, Echo.collect)
      try attacker.send(RawFrames.hello() + last + beyond, on: 50)
      let around = try RawFrames.open(.max - 1, Echo.collect) + RawFrames.open(0, Echo.collect)
      try attacker.send(RawFrames.hello() + around, on: 50)
    },
    Attack(
      name: "credit overflow", outcomes: ["GOAWAY flowControl"], memoryBytesMax: 24 << 20,
      timeMax: .seconds(10)
    ) { attacker in
      let credit = RawFrames.frame(.credit, payload: [255, 255, 255, 255])
      try attacker.send(RawFrames.hello() + credit, on: 100)
      // Step by step, on a call.
      let step = RawFrames.frame(.credit, stream: 1, payload: [0x20, 0, 0, 0])
      let call = try RawFrames.hello() + RawFrames.open(1, Echo.collect)
      try attacker.send(call + step + step, on: 100)
    },
    Attack(
      name: "metadata flood", outcomes: ["GOAWAY tooMuch"], memoryBytesMax: 48 << 20,
      timeMax: .seconds(20)
    ) { attacker in
      let entry = WireMetadataEntry(
        key: "x-bin", value: Bytes([UInt8](repeating: 1, count: 9_000)))
      // Twice what may be refused at once: a slow server has time to earn 100 more a second.
      var flood = try RawFrames.hello()
      for stream in 1...2_000 as ClosedRange<UInt32> {
        flood += try RawFrames.open(
          stream, WireOpen(method: Echo.unary.path, metadata: [entry]))
      }
      try attacker.send(flood, on: 5)
    },
  ]
}
