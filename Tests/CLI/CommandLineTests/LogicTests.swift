import API
import RPCCore
import Testing

@testable import CommandLineKit

@Suite struct `Watching a training` {
  private func event(_ sequence: Int32, _ state: TrainingState? = nil) -> TrainingEvent {
    TrainingEvent(
      sequence: sequence, event: state.map { .job(TrainingJob(training: "ada/pets@1", state: $0)) })
  }

  @Test func `takes each event once`() {
    var state = WatchState()
    let areNew = [1, 2, 2, 1, 3].map { state.received(event($0)) }
    #expect(areNew == [true, true, false, false, true])
    #expect(state.lastSequence == 3)
  }

  @Test(arguments: [
    (TrainingState.queued, false), (.running, false), (.succeeded, true), (.failed, true),
    (.canceled, true), (.unrecognized(9), false),
  ])
  func `ends with the training`(state: TrainingState, hasEnded: Bool) {
    var watch = WatchState()
    _ = watch.received(event(1, state))
    #expect(watch.hasEnded == hasEnded)
  }

  @Test func `tries a lost connection again, ever more slowly, and not for ever`() {
    var state = WatchState()
    _ = state.received(event(1))
    let lost = Status(.unavailable, "gone")
    var pauses: [Duration] = []
    for _ in 0..<WatchState.lossesMax {
      guard case .watchAgain(let pause) = state.lost(lost) else { break }
      pauses.append(pause)
    }
    #expect(pauses.count == WatchState.lossesMax)
    #expect(pauses.prefix(3) == [.milliseconds(250), .milliseconds(500), .seconds(1)])
    #expect(pauses.last == .seconds(4))
    let last = state.lost(lost)
    #expect(last == .giveUp(lost))
  }

  @Test func `gives a server up soon that has told of nothing yet`() {
    var state = WatchState(after: 7)
    let lost = Status(.unavailable, "gone")
    let decisions = (0...WatchState.earlyLossesMax).map { _ in state.lost(lost) }
    #expect(
      decisions == [
        .watchAgain(after: .milliseconds(250)), .watchAgain(after: .milliseconds(500)),
        .giveUp(lost),
      ])
  }

  @Test func `begins counting anew with each event`() {
    var state = WatchState()
    _ = state.received(event(1))
    for _ in 0..<WatchState.lossesMax { _ = state.lost(nil) }
    _ = state.received(event(2))
    let next = state.lost(nil)
    #expect(next == .watchAgain(after: .milliseconds(250)))
  }

  @Test func `gives up at once on what will not mend itself`() {
    var state = WatchState()
    let status = Status(.notFound, "no training 3")
    let decision = state.lost(status)
    #expect(decision == .giveUp(status))
  }
}

@Suite struct `Answers` {
  private func answer(_ index: Int) -> ImageAnswer {
    ImageAnswer(index: index, file: "\(index)", outcome: .failure(.init(code: 3)))
  }

  @Test func `come out in the order of the questions`() {
    var ordered = OrderedAnswers()
    let turns = [1, 0, 0, 2].map { ordered.received(answer($0)).map(\.index) }
    #expect(turns == [[], [0, 1], [], [2]])
    #expect(ordered.next == 3)
  }
}

@Suite struct `A secret line` {
  private func type(_ keys: [UInt8]) -> SecretLine.Action {
    var line = SecretLine()
    for key in keys {
      let action = line.received(key)
      if action != .more { return action }
    }
    return .more
  }

  @Test(
    arguments: [
      ("abc\n", .done("abc")), ("abc\r", .done("abc")), ("abc\u{4}", .done("abc")),
      ("ab\u{7F}c\n", .done("ac")), ("é\u{8}x\n", .done("x")), ("abc\u{15}d\n", .done("d")),
      ("\u{7F}a\n", .done("a")), ("abc\u{3}", .interrupted), ("abc", .more), ("\n", .done("")),
    ] as [(String, SecretLine.Action)])
  func `is edited as on any terminal`(keys: String, action: SecretLine.Action) {
    #expect(type(Array(keys.utf8)) == action)
  }

  @Test func `has a limit`() {
    let most = [UInt8](repeating: 0x61, count: SecretLine.bytesMax)
    #expect(type(most + [0x0A]) == .done(String(repeating: "a", count: SecretLine.bytesMax)))
    #expect(type(most + [0x61]) == .tooLong)
  }

  @Test func `is text`() {
    #expect(type([0xFF, 0x0A]) == .notText)
  }
}

@Suite struct `Exit codes` {
  @Test func `say of every status what family it is of`() {
    let table = StatusCode.allCases.map { "\($0) \(CommandExit($0).rawValue)" }
    #expect(
      table == [
        "OK 0", "CANCELLED 7", "UNKNOWN 9", "INVALID_ARGUMENT 6", "DEADLINE_EXCEEDED 5",
        "NOT_FOUND 3", "ALREADY_EXISTS 7", "PERMISSION_DENIED 4", "RESOURCE_EXHAUSTED 8",
        "FAILED_PRECONDITION 7", "ABORTED 7", "OUT_OF_RANGE 6", "UNIMPLEMENTED 9", "INTERNAL 9",
        "UNAVAILABLE 5", "DATA_LOSS 9", "UNAUTHENTICATED 4",
      ])
  }

  @Test func `name the codes of answers about single images`() {
    #expect(StatusCode.name(of: 3) == "INVALID_ARGUMENT")
    #expect(StatusCode.name(of: 17) == "code 17")
    #expect(StatusCode.name(of: 300) == "code 300")
  }
}
