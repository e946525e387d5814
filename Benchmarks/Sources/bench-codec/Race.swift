import BenchMessages
import CProtobuf
import Codec
import SwiftProtobuf
import SwiftProtobufMessages

/// One message and all who encode and decode it.
struct Race {
  /// The sides do not write the same bytes.
  struct Disagreement: Error {
    let message: String
    let side: String
  }

  let message: String
  let bytes: Int
  private let sides: [Side]

  @inline(__always)
  init<Ours: Codec.Message, Peer: SwiftProtobuf.Message>(
    _ name: String, _ ours: Ours, _ peer: Peer.Type, _ type: bench_type
  ) throws {
    let encoded = Array(try ours.serialized())
    message = name
    bytes = encoded.count
    sides = [
      try .ours(ours),
      try .swiftProtobufArray(peer, encoded),
      try .swiftProtobufData(peer, encoded),
      try .protobufC(type, encoded),
    ]
    for side in sides {
      guard side.bytes == encoded else {
        throw Disagreement(message: name, side: side.name)
      }
    }
  }

  static func all() throws -> [Race] {
    [
      try Race("login", Samples.login, Diyml_Bench_LoginRequest.self, BENCH_LOGIN_REQUEST),
      try Race("detection", Samples.detection, Diyml_Bench_Detection.self, BENCH_DETECTION),
      try Race("image", Samples.image, Diyml_Bench_InferRequest.self, BENCH_INFER_REQUEST),
      try Race(
        "list", Samples.list, Diyml_Bench_ListDataPointsResponse.self,
        BENCH_LIST_DATA_POINTS_RESPONSE),
      try Race("scalars", Samples.scalars, Diyml_Bench_Scalars.self, BENCH_SCALARS),
    ]
  }

  func run() throws -> [Result] {
    [
      Result(
        message: message, operation: "encode", bytes: bytes,
        measurements: try Stopwatch.race(sides) { try $0.encode($1) }),
      Result(
        message: message, operation: "decode", bytes: bytes,
        measurements: try Stopwatch.race(sides) { try $0.decode($1) }),
    ]
  }
}
