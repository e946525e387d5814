import Descriptors

/// The message types of protobuf itself that have a form of their own in JSON.
///
/// Their fields are known by number here, so a stranger's schema cannot make them mean other things.
enum WellKnownType {
  case any, timestamp, duration, fieldMask, structure, value, list
  case wrapper(FieldType.Kind)

  init?(_ name: String) {
    guard name.hasPrefix("google.protobuf."), let type = Self.types[name] else { return nil }
    self = type
  }

  private static let types: [String: WellKnownType] = [
    "google.protobuf.Any": .any,
    "google.protobuf.Timestamp": .timestamp,
    "google.protobuf.Duration": .duration,
    "google.protobuf.FieldMask": .fieldMask,
    "google.protobuf.Struct": .structure,
    "google.protobuf.Value": .value,
    "google.protobuf.ListValue": .list,
    "google.protobuf.DoubleValue": .wrapper(.double),
    "google.protobuf.FloatValue": .wrapper(.float),
    "google.protobuf.Int64Value": .wrapper(.int64),
    "google.protobuf.UInt64Value": .wrapper(.uint64),
    "google.protobuf.Int32Value": .wrapper(.int32),
    "google.protobuf.UInt32Value": .wrapper(.uint32),
    "google.protobuf.BoolValue": .wrapper(.bool),
    "google.protobuf.StringValue": .wrapper(.string),
    "google.protobuf.BytesValue": .wrapper(.bytes),
  ]
}

extension FieldType.Kind {
  /// Whether `null` is a value, not the absence of one.
  var hasNull: Bool {
    switch self {
    case .message(let name): name == "google.protobuf.Value"
    case .enumeration(let type): type.isNullValue
    case .double, .float, .int64, .uint64, .int32, .fixed64, .fixed32, .bool, .string, .bytes,
      .uint32, .sfixed32, .sfixed64, .sint32, .sint64:
      false
    }
  }
}

extension EnumType {
  /// Whether its one value is the `null` of JSON.
  var isNullValue: Bool { name == "google.protobuf.NullValue" }
}
