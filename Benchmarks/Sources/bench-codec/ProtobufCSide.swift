import CProtobuf

/// A message in the memory of libprotobuf-c.
private final class ProtobufCMessage {
  /// It could not read or write what the others can.
  struct Refusal: Error {}

  let pointer: OpaquePointer

  init(_ type: bench_type, _ encoded: [UInt8]) throws {
    guard let pointer = bench_unpack(type, encoded, encoded.count) else { throw Refusal() }
    self.pointer = pointer
  }

  deinit { bench_free(pointer) }

  func bytes() throws -> [UInt8] {
    var count = 0
    guard let packed = bench_pack(pointer, &count) else { throw Refusal() }
    defer { packed.deallocate() }
    return Array(UnsafeBufferPointer(start: packed, count: count))
  }
}

extension Side {
  /// libprotobuf-c: size, allocate, pack and free; unpack and free.
  static func protobufC(_ type: bench_type, _ encoded: [UInt8]) throws -> Side {
    let message = try ProtobufCMessage(type, encoded)
    return Side(
      name: "protobuf-c", bytes: try message.bytes(),
      encode: { repetitions in
        guard bench_encode(message.pointer, repetitions) == encoded.count else {
          throw ProtobufCMessage.Refusal()
        }
      },
      decode: { repetitions in
        guard bench_decode(type, encoded, encoded.count, repetitions) == repetitions else {
          throw ProtobufCMessage.Refusal()
        }
      })
  }
}
