package import API

/// Some of the contract's scopes, as bits: what a token is stored with.
package struct ScopeSet: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The scopes that have a name, in the contract's order.
  package static let named: [Scope] = [.read, .write, .train, .publish, .infer, .account]

  /// Every scope: what a password gives.
  package static let all = ScopeSet(named)

  /// Scopes without a name are left out.
  package init(_ scopes: some Sequence<Scope>) {
    rawValue = scopes.filter(Self.named.contains).reduce(0) { $0 | Self.bit($1) }
  }

  package func contains(_ scope: Scope) -> Bool { rawValue & Self.bit(scope) != 0 }

  /// In the contract's order.
  package var scopes: [Scope] { Self.named.filter(contains) }

  private static func bit(_ scope: Scope) -> UInt32 { 1 << UInt32(scope.rawValue & 31) }
}
