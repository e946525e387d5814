/// What is fuzzed: a property that must hold for any bytes whatever.
///
/// libFuzzer in `Fuzz/` and the short runs of `make test` check the same ones.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// Decoding never crashes, and does not depend on where the bytes lie or where they are cut.
  case decode
  /// What was decoded can be encoded, and what was encoded is decoded to the same.
  case roundtrip
  /// libprotobuf-c accepts, refuses and understands the same.
  case differential

  /// Checks the property for one input.
  package func check(_ input: [UInt8]) throws(Finding) {
    switch self {
    case .decode: try DecodeProperty.check(input)
    case .roundtrip: try RoundtripProperty.check(input)
    case .differential: try DifferentialProperty.check(input)
    }
  }

  /// Inputs to begin with.
  package var seeds: [[UInt8]] {
    switch self {
    case .decode, .roundtrip, .differential: MessageInput.seeds
    }
  }

  /// Pieces that mutation may put in: tags of low fields, lengths and numbers at their bounds.
  package var dictionary: [[UInt8]] {
    switch self {
    case .decode, .roundtrip, .differential: MessageInput.dictionary
    }
  }

  /// What was counted beside executions, such as inputs that both implementations accepted.
  package var counts: [(name: String, count: Int)] {
    switch self {
    case .decode, .roundtrip: []
    case .differential: DifferentialProperty.counts
    }
  }
}
