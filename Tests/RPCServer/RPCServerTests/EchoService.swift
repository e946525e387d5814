import Codec
import RPCCore

/// The service that the tests call.
///
/// Its message is one that every build of RPCCore has: a key (what to do) and a value (bytes).
enum Echo {
  typealias Item = WireMetadataEntry

  static let unary = MethodDescriptor(service: "test.Echo", name: "Unary", kind: .unary)
  static let collect = MethodDescriptor(
    service: "test.Echo", name: "Collect", kind: .clientStreaming)
  static let repeated = MethodDescriptor(
    service: "test.Echo", name: "Repeat", kind: .serverStreaming)
  static let chat = MethodDescriptor(service: "test.Echo", name: "Chat", kind: .bidirectional)

  /// `Unary` echoes.
  ///
  /// `Collect` answers how many messages of how many bytes came, each in order. `Repeat` gives its
  /// request as often as its key says, numbered. `Chat` echoes each message.
  static let routes: [Route] = [
    .unary(unary) { (item: Item, _) in item },
    .clientStreaming(collect) { (items: MessageStream<Item>, _) in
      var count = 0
      var bytes = 0
      for try await item in items {
        guard item.key == "\(count)" else {
          throw Status(.dataLoss, "message \(item.key) came as number \(count)")
        }
        count += 1
        bytes += item.value.count
      }
      return Item(key: "\(count) \(bytes)")
    },
    .serverStreaming(repeated) { (item: Item, responses: MessageWriter<Item>, _) in
      for number in 0..<(Int(item.key) ?? 0) {
        try await responses.write(Item(key: "\(number)", value: item.value))
      }
    },
    .bidirectional(chat) { (items: MessageStream<Item>, responses: MessageWriter<Item>, _) in
      for try await item in items { try await responses.write(item) }
    },
  ]
}
