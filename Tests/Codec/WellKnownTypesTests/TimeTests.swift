import Testing
import WellKnownTypes

@Suite struct TimeTests {
  static let durations: [(Duration, Int64, Int32)] = [
    (.zero, 0, 0), (.milliseconds(1500), 1, 500_000_000), (.milliseconds(-1500), -1, -500_000_000),
    (.nanoseconds(-1), 0, -1), (.seconds(315_576_000_000), 315_576_000_000, 0),
  ]

  @Test(arguments: durations)
  func `a duration has two parts of one sign`(duration: Duration, seconds: Int64, nanos: Int32) {
    let message = ProtoDuration(duration)
    #expect(message == ProtoDuration(seconds: seconds, nanos: nanos))
    #expect(message.duration == duration)
  }

  static let instants: [(Duration, Int64, Int32)] = [
    (.zero, 0, 0), (.milliseconds(1500), 1, 500_000_000), (.milliseconds(-1500), -2, 500_000_000),
    (.nanoseconds(-1), -1, 999_999_999), (.seconds(-62_135_596_800), -62_135_596_800, 0),
  ]

  @Test(arguments: instants)
  func `a timestamp counts forward from its second`(since: Duration, seconds: Int64, nanos: Int32) {
    let message = ProtoTimestamp(sinceEpoch: since)
    #expect(message == ProtoTimestamp(seconds: seconds, nanos: nanos))
    #expect(message.sinceEpoch == since)
  }

  @Test func `less than a nanosecond is dropped, from timestamps downwards`() {
    let short = Duration(secondsComponent: 0, attosecondsComponent: 999_999_999)
    #expect(ProtoDuration(short) == ProtoDuration())
    #expect(ProtoDuration(.zero - short) == ProtoDuration())
    #expect(ProtoTimestamp(sinceEpoch: short) == ProtoTimestamp())
    #expect(
      ProtoTimestamp(sinceEpoch: .zero - short) == ProtoTimestamp(seconds: -1, nanos: 999_999_999))
  }

  @Test(arguments: [(Int64.max, Int32.max), (.min, .min), (.max, .min), (.min, .max)])
  func `a stranger's numbers trap nowhere`(seconds: Int64, nanos: Int32) {
    let duration = ProtoDuration(seconds: seconds, nanos: nanos).duration
    #expect(duration == ProtoTimestamp(seconds: seconds, nanos: nanos).sinceEpoch)
    #expect((duration > .zero) == (seconds > 0))
  }
}
