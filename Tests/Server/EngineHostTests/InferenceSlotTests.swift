import Codec
import RPCCore
import Testing

@testable import EngineHost

@Suite struct InferenceSlotTests {
  /// Answers every call with its own name.
  struct Echo: Caller {
    var name: [UInt8]

    func unary(
      _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions
    ) async throws -> Bytes { Bytes(name) }

    func stream<R: Sendable>(
      _ method: MethodDescriptor, options: CallOptions,
      _ body: (OutgoingMessages, IncomingMessages) async throws -> R
    ) async throws -> R { throw Status(.unimplemented, "not here") }
  }

  static let method = MethodDescriptor(service: "s", name: "m", kind: .unary)

  private func call(_ slot: InferenceSlot) async throws -> [UInt8] {
    Array(try await slot.unary(Self.method, SegmentedBytes(), options: CallOptions()))
  }

  @Test func `a call waits for the engine that is being started`() async throws {
    let slot = InferenceSlot(patience: .seconds(30))
    async let first = call(slot)
    async let second = call(slot)
    slot.open(.init(caller: Echo(name: [1]), process: 1))
    #expect(try await [first, second] == [[1], [1]])
    slot.close(process: 1)
    #expect(slot.processes.isEmpty)
    async let third = call(slot)
    slot.open(.init(caller: Echo(name: [2]), process: 2))
    #expect(try await third == [2])
  }

  @Test func `the engine that lived longest serves, and the next when it dies`() async throws {
    let slot = InferenceSlot(patience: .seconds(30))
    for number in 1...3 {
      slot.open(.init(caller: Echo(name: [UInt8(number)]), process: Int32(number)))
    }
    #expect(try await call(slot) == [1])
    slot.close(process: 2)
    #expect(try await call(slot) == [1])
    slot.close(process: 1)
    #expect(try await call(slot) == [3])
  }

  @Test func `a call that waits too long may be tried again`() async {
    let slot = InferenceSlot(patience: .milliseconds(1))
    let status = await #expect(throws: Status.self) { try await call(slot) }
    #expect(status?.code == .unavailable && status?.isUnprocessed == true)
  }

  @Test func `a stopped host refuses calls, those that wait included`() async {
    let slot = InferenceSlot(patience: .seconds(30))
    async let waiting = Result { try await call(slot) }
    slot.end()
    let results = [await waiting, await Result { try await call(slot) }]
    for result in results {
      let status = #expect(throws: Status.self) { try result.get() }
      #expect(status?.code == .unavailable)
    }
  }
}

extension Result where Failure == any Error {
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

@Suite struct RestartDelayTests {
  @Test func `the first restart is immediate, later ones wait longer up to the limit`() {
    var delay = RestartDelay()
    let waits = (0..<9).map { _ in delay.next(afterLife: .seconds(1)) }
    #expect(waits.prefix(4) == [.zero, .milliseconds(250), .milliseconds(500), .seconds(1)])
    #expect(waits.last == RestartDelay.longest)
  }

  @Test func `a good life clears the record`() {
    var delay = RestartDelay()
    _ = delay.next(afterLife: .zero)
    #expect(delay.next(afterLife: RestartDelay.goodLife) == .zero)
  }
}
