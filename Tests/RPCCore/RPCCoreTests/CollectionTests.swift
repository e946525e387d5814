import RPCCore
import SeededRandom
import Testing

struct StreamMapTests {
  /// Numbers as clients give them, with gaps, numbers of which some fall on one slot, and all.
  @Test(arguments: 0..<40 as Range<UInt64>, [UInt32(1), 24, 1 << 16])
  func `a map holds what a dictionary holds`(seed: UInt64, step: UInt32) {
    var random = SeededGenerator(seed: seed)
    var map = StreamMap<Int>()
    var model: [StreamID: Int] = [:]
    for _ in 0..<2_000 {
      let stream = StreamID(UInt32.random(in: 1...100, using: &random) * step)
      let value = Int.random(in: 0...9, using: &random)
      switch value {
      case 0...3:
        map[stream] = value
        model[stream] = value
      case 4...7:
        #expect(map.removeValue(forKey: stream) == model.removeValue(forKey: stream))
      default:
        if let index = map.index(forKey: stream) { map[at: index] += 1 }
        model[stream]? += 1
      }
      #expect(map.count == model.count)
      #expect(map[stream] == model[stream])
    }
    #expect(Dictionary(uniqueKeysWithValues: map.map { ($0, $1) }) == model)
    for stream in model.keys.shuffled(using: &random) { map[stream] = nil }
    #expect(map.isEmpty)
  }
}

struct ShortQueueTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `a queue gives what an array gives`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = ShortQueue<Int>()
    var model: [Int] = []
    // It grows for a while, then shrinks, and again.
    for round in 0..<3_000 {
      let isGrowing = round / 300 % 2 == 0
      switch Int.random(in: 0...9, using: &random) {
      case 0...(isGrowing ? 6 : 2):
        queue.append(round)
        model.append(round)
      case 9 where round % 10 == 0:
        queue.removeAll { $0.isMultiple(of: 3) }
        model.removeAll { $0.isMultiple(of: 3) }
      case 8:
        queue.last = -round
        if !model.isEmpty { model[model.count - 1] = -round }
      case 7:
        queue.next = -round
        if !model.isEmpty { model[0] = -round }
      default:
        #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      }
      #expect(queue.count == model.count)
      #expect(queue.isEmpty == model.isEmpty)
      #expect(queue.next == model.first)
      #expect(queue.last == model.last)
    }
  }
}
