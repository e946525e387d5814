import Codec
import Synchronization

/// libprotobuf-c and we accept the same bytes and see the same content in them, but for what
/// `differences.h` lists and for strings that are not UTF-8, which only we refuse.
enum DifferentialProperty {
  private struct Counts {
    var accepted = 0
    var refused = 0
    var outside = 0
    var judgeDeaths = 0
  }

  private static let tally = Mutex(Counts())

  static var counts: [(name: String, count: Int)] {
    let counts = tally.withLock { $0 }
    return [
      ("accepted", counts.accepted), ("refused", counts.refused), ("outside", counts.outside),
      ("judge_deaths", counts.judgeDeaths),
    ]
  }

  static func check(_ input: [UInt8]) throws(Finding) {
    guard let input = MessageInput(input) else { return }
    try check(input.type, input.bytes)
  }

  private static func check<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8]
  ) throws(Finding) {
    let ours = Result { () throws(DecodingError) in try Value(serialized: bytes) }
    if case .failure(let error) = ours, isOurs(error.reason) {
      return tally.withLock { $0.outside += 1 }
    }
    let theirs = try JudgeProcess.shared.opinion(on: bytes, as: type.protoName)
    switch (ours, theirs) {
    case (_, .outside): tally.withLock { $0.outside += 1 }
    case (_, .died): tally.withLock { $0.judgeDeaths += 1 }
    case (.failure, .refused): tally.withLock { $0.refused += 1 }
    case (.success(let message), .accepted(let written)):
      tally.withLock { $0.accepted += 1 }
      try compare(message, written)
    case (.failure(let error), .accepted):
      throw Finding("only libprotobuf-c accepts this \(type.protoName): \(error)")
    case (.success, .refused):
      throw Finding("only libprotobuf-c refuses this \(type.protoName)")
    }
  }

  /// What only we refuse: the judge checks no UTF-8, has no limits and reads no groups.
  private static func isOurs(_ reason: DecodingError.Reason) -> Bool {
    switch reason {
    case .invalidUTF8, .tooDeep, .tooLarge, .tooManyElements, .tooMuchMemory, .unbalancedGroup:
      true
    case .truncated, .overlongVarint, .invalidFieldNumber, .invalidWireType: false
    }
  }

  /// What they wrote of their bytes and of ours is our message.
  private static func compare<Value: Message>(
    _ message: Value, _ written: [UInt8]
  ) throws(Finding) {
    let ours = try encoded(message)
    try require(
      try encoded(decoded(Value.self, written)) == ours,
      "\(Value.protoName): libprotobuf-c read another message")
    switch try JudgeProcess.shared.opinion(on: ours, as: Value.protoName) {
    case .accepted(let again):
      try require(
        try encoded(decoded(Value.self, again)) == ours,
        "\(Value.protoName): libprotobuf-c read another message from what we wrote")
    case .refused, .outside:
      throw Finding("\(Value.protoName): libprotobuf-c does not accept what we wrote")
    case .died: tally.withLock { $0.judgeDeaths += 1 }
    }
  }

  private static func decoded<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8]
  ) throws(Finding) -> Value {
    do {
      return try Value(serialized: bytes)
    } catch {
      throw Finding("\(type.protoName): what libprotobuf-c wrote cannot be read: \(error)")
    }
  }

  private static func encoded(_ message: some Message) throws(Finding) -> [UInt8] {
    do {
      return try Array(message.serialized())
    } catch {
      throw Finding("what was read cannot be written: \(error)")
    }
  }
}
