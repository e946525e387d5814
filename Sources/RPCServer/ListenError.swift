public import RPCCore

/// Why an address cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
  /// The address.
  public let address: Address
  /// What stands in the way.
  public let reason: String

  /// `cannot listen on 127.0.0.1:7001: Address already in use`.
  public var description: String { "cannot listen on \(address): \(reason)" }
}
