import Codec
import NIOCore
import RPCCore
import SeededRandom
import Testing

struct WindowTests {
  @Test
  func `a sender may use its credit to the last byte`() {
    var window = ReceiveWindow(size: 100)
    #expect(window.received(60) == true)
    #expect(window.received(40) == true)
    #expect(window.received(1) == false)
  }

  @Test(arguments: [(24, nil), (25, 25), (100, 100)] as [(Int, Int?)])
  func `credit is given back when a quarter of the window has come together`(
    consumed: Int, grant: Int?
  ) {
    var window = ReceiveWindow(size: 100)
    #expect(window.received(consumed) == true)
    window.consumed(consumed)
    #expect(window.takeGrant() == grant)
    #expect(window.takeGrant() == nil)
    #expect(window.available == 100 - consumed + (grant ?? 0))
  }

  @Test
  func `credit past the largest window is a fault`() throws {
    var window = SendWindow(1)
    try window.add((1 << 30) - 1)
    #expect(throws: ConnectionFault.self) { try window.add(1) }
  }
}

struct BudgetTests {
  let start = ContinuousClock.now

  @Test
  func `a budget gives its burst, then what time earned`() {
    var budget = Budget(burstMax: 3, perSecond: 2)
    for _ in 0..<3 { #expect(budget.spend(at: start) == true) }
    #expect(budget.spend(at: start) == false)
    #expect(budget.spend(at: start + .milliseconds(499)) == false)
    #expect(budget.spend(at: start + .milliseconds(500)) == true)
    #expect(budget.spend(at: start + .milliseconds(501)) == false)
  }

  @Test
  func `rest earns no more than the burst`() {
    var budget = Budget(burstMax: 2, perSecond: 1)
    #expect(budget.spend(at: start) == true)
    #expect(budget.spend(at: start) == true)
    for _ in 0..<2 { #expect(budget.spend(at: start + .seconds(1_000)) == true) }
    #expect(budget.spend(at: start + .seconds(1_000)) == false)
  }
}

struct MessageAssemblerTests {
  @Test(arguments: [(10, true), (11, false)])
  func `a message in one frame is judged by its length`(count: Int, accepted: Bool) throws {
    var assembler = MessageAssembler()
    let payload = ByteBuffer(repeating: 1, count: count)
    let outcome = try assembler.append([.first, .last], payload, messageBytesMax: 10)
    let message = Bytes([UInt8](repeating: 1, count: count))
    #expect(outcome == (accepted ? .message(message) : .tooLarge(bytes: count)))
  }

  @Test(arguments: [(10, true), (11, false)])
  func `a chunked message is judged by the total it states`(total: Int, accepted: Bool) throws {
    var assembler = MessageAssembler()
    let outcome = try assembler.append(.first, first(total, [1]), messageBytesMax: 10)
    #expect(outcome == (accepted ? .began(bytes: total) : .tooLarge(bytes: total)))
    #expect(assembler.isPartial == accepted)
  }

  @Test
  func `chunks make up the message`() throws {
    var assembler = MessageAssembler()
    #expect(try append(&assembler, .first, first(5, [1, 2])) == .began(bytes: 5))
    #expect(try append(&assembler, [], ByteBuffer(bytes: [3])) == .more)
    #expect(try append(&assembler, .last, ByteBuffer(bytes: [4, 5])) == .message([1, 2, 3, 4, 5]))
    #expect(!assembler.isPartial)
  }

  /// What may follow a first chunk of 2 bytes out of 5, and what may stand first.
  @Test(
    arguments: [
      (true, [], [3, 4, 5]), (true, [], []), (true, .last, [3]), (true, .last, [3, 4, 5, 6]),
      (true, .first, [3]), (true, .finish, [3]), (false, [], [1]), (false, .last, [1]),
      (false, .first, [0, 0, 0]), (false, .first, [0, 0, 0, 2, 1, 2]),
      (false, .first, [0, 0, 0, 2]),
      (false, [.first, .finish], [0, 0, 0, 2, 1]),
    ] as [(Bool, FrameFlags, [UInt8])])
  func `chunks that do not fit are a fault`(
    hasBegun: Bool, flags: FrameFlags, bytes: [UInt8]
  ) throws {
    var assembler = MessageAssembler()
    if hasBegun { _ = try append(&assembler, .first, first(5, [1, 2])) }
    #expect(throws: ConnectionFault.self) {
      try append(&assembler, flags, ByteBuffer(bytes: bytes))
    }
  }

  private func first(_ total: Int, _ bytes: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer(integer: UInt32(total))
    buffer.writeBytes(bytes)
    return buffer
  }

  private func append(
    _ assembler: inout MessageAssembler, _ flags: FrameFlags, _ payload: ByteBuffer
  ) throws -> MessageAssembler.Outcome {
    try assembler.append(flags, payload, messageBytesMax: 100)
  }
}

struct AssemblyBudgetTests {
  typealias Grant = AssemblyBudget.Grant
  private func stream(_ number: UInt32) -> StreamID { StreamID(number) }

  @Test
  func `room is given until it is used up, then in order`() {
    var budget = AssemblyBudget(bytesMax: 100)
    #expect(budget.reserve(60, for: stream(1)) == [Grant(stream: stream(1), bytes: 60)])
    #expect(budget.reserve(41, for: stream(2)) == [])
    #expect(budget.reserve(40, for: stream(3)) == [], "a later one does not overtake")
    let granted = budget.release(stream(1))
    #expect(granted == [Grant(stream: stream(2), bytes: 41), Grant(stream: stream(3), bytes: 40)])
  }

  @Test
  func `a stream holds room for one message at a time`() {
    var budget = AssemblyBudget(bytesMax: 100)
    #expect(budget.reserve(10, for: stream(1)).count == 1)
    #expect(budget.reserve(10, for: stream(1)) == [])
    #expect(budget.reserve(10, for: stream(2)).count == 1, "it does not hold up others")
    #expect(budget.release(stream(1)) == [Grant(stream: stream(1), bytes: 10)])
  }

  @Test
  func `a stream that ends frees what it held and stops waiting`() {
    var budget = AssemblyBudget(bytesMax: 100)
    _ = budget.reserve(100, for: stream(1))
    _ = budget.reserve(100, for: stream(2))
    _ = budget.reserve(100, for: stream(3))
    #expect(budget.remove(stream(2)) == [])
    #expect(budget.remove(stream(1)) == [Grant(stream: stream(3), bytes: 100)])
    #expect(budget.remove(stream(3)) == [])
    #expect(budget.reserve(100, for: stream(4)).count == 1)
  }

  @Test
  func `a message that became whole without room gives up its wait`() {
    var budget = AssemblyBudget(bytesMax: 100)
    _ = budget.reserve(50, for: stream(1))
    #expect(budget.reserve(60, for: stream(2)) == [])
    #expect(budget.reserve(50, for: stream(3)) == [])
    #expect(budget.withdraw(stream(2)) == [Grant(stream: stream(3), bytes: 50)])
  }
}

struct DrainTests {
  @Test
  func `a drain announces itself, then names the last call when the PING is answered`() {
    var drain = Drain()
    #expect(drain.pingAnswered(Drain.pingContent) == .nothing)
    #expect(drain.begin() == .announce)
    #expect(drain.begin() == .nothing)
    #expect(drain.pingAnswered(1) == .nothing)
    #expect(!drain.hasNamedLast)
    #expect(drain.pingAnswered(Drain.pingContent) == .nameLast)
    #expect(drain.pingAnswered(Drain.pingContent) == .nothing)
    #expect(drain.hasNamedLast)
  }
}

struct TimerQueueTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `entries come due in order, without those removed`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let start = ContinuousClock.now
    var queue = TimerQueue<Int>()
    var expected: [Int: TimerQueue<Int>.Handle] = [:]
    for _ in 0..<200 {
      let due = Int.random(in: 0..<1_000_000, using: &random)
      guard expected[due] == nil else { continue }
      expected[due] = queue.add(due, due: start + .microseconds(due))
      if Bool.random(using: &random), let (other, handle) = expected.randomElement(using: &random) {
        queue.remove(handle)
        queue.remove(handle)
        expected[other] = nil
      }
    }
    var taken: [Int] = []
    while let next = queue.popDue(at: start + .microseconds(500_000)) { taken.append(next) }
    #expect(taken == expected.keys.filter { $0 <= 500_000 }.sorted())
    #expect(queue.count == expected.keys.count { $0 > 500_000 })
  }
}
