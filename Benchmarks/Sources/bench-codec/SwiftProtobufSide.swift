import Foundation
import SwiftProtobuf
import SwiftProtobufMessages

extension Side {
  /// swift-protobuf with `[UInt8]`.
  @inline(__always)
  static func swiftProtobufArray<Content: Message>(
    _ type: Content.Type, _ encoded: [UInt8]
  ) throws -> Side {
    let message = try Content(serializedBytes: encoded)
    return Side(
      name: "swift-protobuf [UInt8]", bytes: try message.serializedBytes(),
      encode: { repetitions in
        for _ in 0..<repetitions { keep(try message.serializedBytes() as [UInt8]) }
      },
      decode: { repetitions in
        for _ in 0..<repetitions { keep(try Content(serializedBytes: encoded)) }
      })
  }

  /// swift-protobuf with `Data`.
  @inline(__always)
  static func swiftProtobufData<Content: Message>(
    _ type: Content.Type, _ encoded: [UInt8]
  ) throws -> Side {
    let message = try Content(serializedBytes: encoded)
    let data = Data(encoded)
    return Side(
      name: "swift-protobuf Data", bytes: Array(try message.serializedBytes() as Data),
      encode: { repetitions in
        for _ in 0..<repetitions { keep(try message.serializedBytes() as Data) }
      },
      decode: { repetitions in
        for _ in 0..<repetitions { keep(try Content(serializedBytes: data)) }
      })
  }
}
