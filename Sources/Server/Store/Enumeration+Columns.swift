package import API
internal import Codec

// The contract's numbers are those of the columns.

extension Enumeration {
  /// The value of a column.
  ///
  /// - Throws: when it has no name: the row is damaged.
  init(column: Int64, _ name: String) throws(StoreError) {
    let value = Self(rawValue: Int32(truncatingIfNeeded: column))
    guard Int64(value.rawValue) == column, value.isNamed else {
      throw .database("\(name) \(column)")
    }
    self = value
  }
}

extension TrainingState {
  /// Whether nothing happens to it any more.
  package var isFinal: Bool {
    switch self {
    case .succeeded, .failed, .canceled: true
    case .queued, .running, .unspecified, .unrecognized: false
    }
  }
}

extension Scope {
  /// Scopes as a token's row has them: a bit for each.
  static func bits(of scopes: [Scope]) -> Int64 {
    scopes.filter(\.isNamed).reduce(0) { $0 | $1.bit }
  }

  /// In the contract's order.
  static func list(bits: Int64) -> [Scope] {
    named.filter { bits & $0.bit != 0 }
  }

  private var bit: Int64 { 1 << Int64(rawValue) }
}
