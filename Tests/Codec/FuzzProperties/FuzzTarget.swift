/// What is fuzzed: a property that must hold for any bytes whatever.
///
/// libFuzzer in `Fuzz/` and the short runs of `make test` check the same ones.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// Decoding never crashes, and does not depend on where the bytes lie or where they are cut.
  case decode
  /// What was decoded can be encoded, and what was encoded is decoded to the same.
  case roundtrip
  /// JSON means the same when it is printed and read again.
  case json
  /// libprotobuf-c accepts, refuses and understands the same.
  case differential
  /// Connections keep their promises whatever frames arrive.
  case frames

  /// Checks the property for one input.
  package func check(_ input: [UInt8]) throws(Finding) {
    switch self {
    case .decode: try DecodeProperty.check(input)
    case .roundtrip: try RoundtripProperty.check(input)
    case .json: try JSONProperty.check(input)
    case .differential: try DifferentialProperty.check(input)
    case .frames: try FramesProperty.check(input)
    }
  }

  /// Inputs to begin with.
  package var seeds: [[UInt8]] {
    switch self {
    case .decode, .roundtrip, .differential: MessageInput.seeds
    case .json: JSONProperty.seeds
    case .frames: FramesProperty.seeds
    }
  }

  /// Pieces that mutation may put in: tags of low fields, lengths and numbers at their bounds.
  package var dictionary: [[UInt8]] {
    switch self {
    case .decode, .roundtrip, .differential: MessageInput.dictionary
    case .json: JSONProperty.dictionary
    case .frames: FramesProperty.dictionary
    }
  }

  /// What was counted beside executions, such as inputs that both implementations accepted.
  package var counts: [(name: String, count: Int)] {
    switch self {
    case .decode, .roundtrip, .json: []
    case .differential: DifferentialProperty.counts
    case .frames: FramesProperty.counts
    }
  }
}
