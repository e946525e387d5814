import Codec
import NIOCore
import RPCCore
import Synchronization

/// Whatever frames arrive, cut wherever the network cuts them, a connection neither traps nor breaks
/// its promises: each call gets one END and no frame after it, every slot is freed, and what waits to
/// be sent is bounded.
enum FramesProperty {
  private static let frames = Atomic(0)

  static var counts: [(name: String, count: Int)] {
    [("frames", frames.load(ordering: .relaxed))]
  }

  static func check(_ input: [UInt8]) throws(Finding) {
    var source = ByteSource(input)
    // A connection that a fault has ended leaves the rest of the input to the next one.
    repeat {
      let count: Int
      if source.choice(2) == 0 {
        var run = try ServerRun(&source)
        count = try run.run(&source)
      } else {
        var run = try ClientRun(&source)
        count = try run.run(&source)
      }
      frames.add(count, ordering: .relaxed)
    } while !source.isEmpty
  }

  /// Limits that a short input can reach.
  static var limits: Limits {
    var limits = Limits()
    limits.streamsMax = 6
    limits.messageBytesMax = 100_000
    limits.assembledBytesMax = 200_000
    limits.streamWindowBytes = 64 << 10
    limits.connectionWindowBytes = 1 << 20
    limits.resetsBurstMax = 20
    limits.pingsBurstMax = 10
    limits.controlFramesBurstMax = 60
    limits.controlBytesQueuedMax = 32 << 10
    limits.pingIntervalMin = .milliseconds(500)
    limits.pingStrikesMax = 5
    limits.receiveGrace = .seconds(1)
    limits.receiveBytesPerSecondMin = 50_000
    return limits
  }

  /// Bytes that may wait to be sent: a batch, a frame beyond it, and answers that were not read.
  static let outputBytesMax = 64 << 10 + 64 << 10 + 32 << 10 + 4 << 10

  /// Pieces that mutation may put in: whole decisions of the script.
  static let dictionary: [[UInt8]] = [
    [0, 0, 1], [1, 1], [2, 40, 0], [3, 200, 3], [7, 1, 50], [10, 0, 1], [12, 1],
    [0xff, 0x40, 0x10],
  ]

  /// Inputs that open, send, answer and end, for each side.
  static var seeds: [[UInt8]] {
    let open: [UInt8] = [0, 0, 0, 0, 3]
    let data: [UInt8] = [0, 0, 2, 20, 0]
    let deliver: [UInt8] = [1, 255]
    let act: [UInt8] = [2, 0, 3, 0, 4, 1]
    let call = open + data + deliver + act
    var seeds: [[UInt8]] = []
    for side in [0, 1] as [UInt8] {
      seeds.append([side])
      seeds.append([side, 0] + deliver)
      seeds.append([side, 0] + call)
      seeds.append([side, 1, 1, 1] + open + call + data + act)
      seeds.append([side, 0] + Array(repeatElement(call, count: 12).joined()))
    }
    return seeds
  }
}
