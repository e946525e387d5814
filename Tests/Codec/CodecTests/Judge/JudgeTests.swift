import API
import Descriptors
import Codec
import CodecTestMessages
import RPCCore
import Testing
import WellKnownTypes

/// Every message type of the contract, read and written by libprotobuf-c too, which shares no code
/// with ours.
@Suite struct JudgeTests {
  static let messagesPerType = 200

  static let contract: [any Message.Type] = API.allMessageTypes + RPCCore.allMessageTypes
  /// What the contract imports.
  static let imported: [any Message.Type] = [
    ProtoDuration.self, ProtoEmpty.self, ProtoTimestamp.self,
  ]
  static let types = contract + imported + Everything.all

  @Test func `random messages of every type survive both implementations in both directions`()
    throws
  {
    let schema = try Schema.load()
    var table: [(String, Int)] = []
    for (index, type) in Self.types.enumerated() {
      var messages = RandomMessages(schema: schema, seed: UInt64(index))
      for _ in 0..<Self.messagesPerType {
        try judge(
          type, messages.message(type.protoName), comparesBytes: !schema.reachesMap(type.protoName))
      }
      table.append((type.protoName, Self.messagesPerType))
    }
    let width = table.map(\.0.count).max() ?? 0
    for (name, count) in table {
      print(name + String(repeating: " ", count: width - name.count), count)
    }
    print(
      "\(table.count) types, \(table.reduce(0) { $0 + $1.1 }) messages, each in both directions")
  }

  /// Compares messages, and where there is no map in them even bytes: in an entry of a map,
  /// libprotobuf-c leaves out what has its default.
  private func judge<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8], comparesBytes: Bool
  ) throws {
    let name = Value.protoName
    let ours = try Value(serialized: bytes)
    let written = try Array(ours.serialized())
    #expect(try Value(serialized: written) == ours, "\(name) does not survive our own codec")

    let theirsOfOurs = try ProtobufC.repack(written, as: name)
    #expect(try Value(serialized: theirsOfOurs) == ours, "\(name): C read ours as another message")
    let theirs = try ProtobufC.repack(bytes, as: name)
    #expect(try Value(serialized: theirs) == ours, "\(name): we read theirs as another message")
    if comparesBytes {
      #expect(theirsOfOurs == written, "\(name): C writes other bytes")
    }
  }

  @Test func `every message type of the schema is judged`() throws {
    let schema = try Schema.load()
    let judged = Set(Self.types.map { $0.protoName })
    let known = schema.messages.filter { $0.value.options?.mapEntry != true }.keys
    #expect(judged == Set(known))
    #expect(judged.count == Self.types.count)
  }

  @Test func `the judge refuses what is not a message`() {
    #expect(throws: ProtobufC.Refusal.self) {
      try ProtobufC.repack([0x72, 5], as: Scalars.protoName)
    }
    #expect(throws: ProtobufC.Refusal.self) { try ProtobufC.repack([], as: "no.such.Message") }
  }
}
