import Foundation
import SwiftProtobuf
import SwiftProtobufMessages

/// swift-protobuf with `[UInt8]`.
struct SwiftProtobufArraySide<Content: Message>: Side {
  let name = "swift-protobuf [UInt8]"
  let message: Content
  let encoded: [UInt8]

  init(_ type: Content.Type, _ encoded: [UInt8]) throws {
    self.encoded = encoded
    message = try Content(serializedBytes: encoded)
  }

  func bytes() throws -> [UInt8] {
    try message.serializedBytes()
  }

  func encode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try message.serializedBytes() as [UInt8]) }
  }

  func decode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try Content(serializedBytes: encoded)) }
  }
}

/// swift-protobuf with `Data`.
struct SwiftProtobufDataSide<Content: Message>: Side {
  let name = "swift-protobuf Data"
  let message: Content
  let encoded: Data

  init(_ type: Content.Type, _ encoded: [UInt8]) throws {
    self.encoded = Data(encoded)
    message = try Content(serializedBytes: encoded)
  }

  func bytes() throws -> [UInt8] {
    Array(try message.serializedBytes() as Data)
  }

  func encode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try message.serializedBytes() as Data) }
  }

  func decode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try Content(serializedBytes: encoded)) }
  }
}
