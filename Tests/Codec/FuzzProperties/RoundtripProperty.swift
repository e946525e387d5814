import Codec

/// What was decoded is encoded to bytes that decode to the same content and encode to themselves.
enum RoundtripProperty {
  static func check(_ input: [UInt8]) throws(Finding) {
    guard let input = MessageInput(input) else { return }
    try check(input.type, input.bytes)
  }

  private static func check<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8]
  ) throws(Finding) {
    guard let message = decoded(type, Bytes(bytes)) else { return }
    let written = try encoded(message)
    guard let again = decoded(type, written) else {
      throw Finding("\(type.protoName): what was written cannot be read: \(written)")
    }
    try require(
      try encoded(again) == written, "\(type.protoName): the second encoding differs")
    // A message with a NaN does not equal another one; itself it may, by sharing its lists.
    guard let twin = decoded(type, Bytes(bytes)), twin == message else { return }
    try require(again == message, "\(type.protoName): another message came back")
    try require(
      again.hashValue == message.hashValue, "\(type.protoName): equal messages hash differently")
  }

  private static func decoded<Value: Message>(_ type: Value.Type, _ bytes: Bytes) -> Value? {
    do {
      return try Value(serialized: bytes)
    } catch {
      return nil
    }
  }

  private static func encoded(_ message: some Message) throws(Finding) -> Bytes {
    do {
      return try message.serialized()
    } catch {
      throw Finding("what was read cannot be written: \(error)")
    }
  }
}
