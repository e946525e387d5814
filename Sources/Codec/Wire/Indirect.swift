/// Holds a value out of line, so that a message can contain a message of its own type.
public indirect enum Indirect<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value.
  case value(Value)

  /// The value.
  public var value: Value {
    switch self {
    case .value(let value): value
    }
  }
}
