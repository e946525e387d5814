import CProtobuf

/// libprotobuf-c: size, allocate, pack and free; unpack and free.
final class ProtobufCSide: Side {
  /// It could not read or write what the others can.
  struct Refusal: Error {}

  let name = "protobuf-c"
  private let type: bench_type
  private let encoded: [UInt8]
  private let message: OpaquePointer

  init(_ type: bench_type, _ encoded: [UInt8]) throws {
    self.type = type
    self.encoded = encoded
    guard let message = bench_unpack(type, encoded, encoded.count) else { throw Refusal() }
    self.message = message
  }

  deinit { bench_free(message) }

  func bytes() throws -> [UInt8] {
    var count = 0
    guard let packed = bench_pack(message, &count) else { throw Refusal() }
    defer { packed.deallocate() }
    return Array(UnsafeBufferPointer(start: packed, count: count))
  }

  func encode(repetitions: Int) throws {
    guard bench_encode(message, repetitions) == encoded.count else { throw Refusal() }
  }

  func decode(repetitions: Int) throws {
    let decoded = bench_decode(type, encoded, encoded.count, repetitions)
    guard decoded == repetitions else { throw Refusal() }
  }
}
