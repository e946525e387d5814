import Codec
import Descriptors
import ProtoJSON
import Testing
import WellKnownTypes

/// What a message may hold on the wire and JSON has no form for, and what is made equal.
@Suite struct UnprintableTests {
  static let messages: [(String, Kinds)] = [
    ("DurationProtoInputTooSmall", Kinds(duration: ProtoDuration(seconds: -315_576_000_001))),
    ("DurationProtoInputTooLarge", Kinds(duration: ProtoDuration(seconds: 315_576_000_001))),
    (
      "DurationProtoNanosTooSmall",
      Kinds(duration: ProtoDuration(seconds: 0, nanos: -1_000_000_000))
    ),
    (
      "DurationProtoNanosTooLarge", Kinds(duration: ProtoDuration(seconds: 0, nanos: 1_000_000_000))
    ),
    ("DurationProtoNanosWrongSign", Kinds(duration: ProtoDuration(seconds: 1, nanos: -1))),
    (
      "DurationProtoNanosWrongSignNegativeSecs",
      Kinds(duration: ProtoDuration(seconds: -1, nanos: 1))
    ),
    ("DurationProtoExtreme", Kinds(duration: ProtoDuration(seconds: .min, nanos: .min))),
    ("TimestampProtoInputTooSmall", Kinds(timestamp: ProtoTimestamp(seconds: -62_135_596_801))),
    ("TimestampProtoInputTooLarge", Kinds(timestamp: ProtoTimestamp(seconds: 253_402_300_800))),
    ("TimestampProtoNegativeNanos", Kinds(timestamp: ProtoTimestamp(seconds: 100, nanos: -1))),
    (
      "TimestampProtoNanoTooLarge",
      Kinds(timestamp: ProtoTimestamp(seconds: 100, nanos: 1_000_000_000))
    ),
    ("TimestampProtoExtreme", Kinds(timestamp: ProtoTimestamp(seconds: .min, nanos: .min))),
    ("FieldMaskPathsDontRoundTrip", Kinds(fieldMask: ProtoFieldMask(paths: ["fooBar"]))),
    ("FieldMaskNumbersDontRoundTrip", Kinds(fieldMask: ProtoFieldMask(paths: ["foo_3_bar"]))),
    ("FieldMaskTooManyUnderscore", Kinds(fieldMask: ProtoFieldMask(paths: ["foo__bar"]))),
    ("FieldMaskTrailingUnderscore", Kinds(fieldMask: ProtoFieldMask(paths: ["foo_"]))),
    ("FieldMaskComma", Kinds(fieldMask: ProtoFieldMask(paths: ["foo,bar"]))),
    ("FieldMaskEmptyPath", Kinds(fieldMask: ProtoFieldMask(paths: [""]))),
    ("ValueRejectNanNumberValue", Kinds(value: ProtoValue(kind: .numberValue(.nan)))),
    ("ValueRejectInfNumberValue", Kinds(value: ProtoValue(kind: .numberValue(.infinity)))),
    ("ValueRejectNegativeInf", Kinds(value: ProtoValue(kind: .numberValue(-.infinity)))),
    ("AnyUnknownType", Kinds(any: ProtoAny(typeUrl: "a/b.C", value: []))),
    ("AnyWithoutSlash", Kinds(any: ProtoAny(typeUrl: "google.protobuf.Duration", value: []))),
    ("AnyWithoutType", Kinds(any: ProtoAny(typeUrl: "", value: [8, 1]))),
    ("AnyDamaged", Kinds(any: ProtoAny(typeUrl: "a/diyml.jsontest.Kinds", value: [8]))),
  ]

  @Test(arguments: messages.indices)
  func `what has no JSON is an error, not wrong JSON`(index: Int) {
    let (name, message) = Self.messages[index]
    #expect(throws: JSONError.self, "\(name)") { try message.json() }
  }

  @Test func `NaNs of every kind print as one`() throws {
    for bits: UInt64 in [0x7FFA_1234_5678_9ABC, 0xFFFB_CBA9_8765_4321, 0x7FF0_0000_0000_0001] {
      let message = Kinds(doubleValue: Double(bitPattern: bits))
      #expect(try message.json() == #"{"doubleValue":"NaN"}"#)
    }
    for bits: UInt32 in [0x7FA1_2345, 0xFFB5_4321] {
      let message = Kinds(floatValue: Float(bitPattern: bits))
      #expect(try message.json() == #"{"floatValue":"NaN"}"#)
    }
  }

  @Test func `an Any finds its type in a schema that is given`() throws {
    let any = ProtoAny(typeUrl: "a/diyml.jsontest.Kinds.Inner", value: [8, 5])
    #expect(throws: JSONError.self) { try any.json() }
    let json = try any.json(schema: Kinds.protoFile.schema())
    #expect(json == #"{"@type":"a/diyml.jsontest.Kinds.Inner","a":5}"#)
    #expect(throws: JSONError.self) { try ProtoAny(json: json) }
    #expect(try ProtoAny(json: json, schema: Kinds.protoFile.schema()) == any)
  }

  @Test func `a value without a kind is null`() throws {
    #expect(try Kinds(value: ProtoValue()).json() == #"{"value":null}"#)
  }
}
