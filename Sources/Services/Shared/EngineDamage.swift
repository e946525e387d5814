internal import RPCCore
internal import Store

extension DataStore {
  /// Has the store look at objects that an engine could not use, so that it knows of the damage: an
  /// upload of the same bytes then heals them.
  ///
  /// `status` is what the engine said, and stays what its caller is told.
  func examineDamage(in status: Status) async {
    guard status.code == .dataLoss else { return }
    for case .resource(kind: "object", let name) in status.details {
      guard let hash = ObjectHash(hex: name) else { continue }
      do {
        try await verifyObject(hash)
      } catch {
        // The store has noted it.
      }
    }
  }
}
