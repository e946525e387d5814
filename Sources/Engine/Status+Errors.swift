internal import API
internal import ImageHeaders
internal import Model
internal import RPCCore

extension Status {
  /// What a caller is told of an image; `name` is what the caller called it.
  init(_ error: ImageError, of name: String) {
    switch error {
    case .tooMany(let quantity, let value, let limit):
      self.init(
        .invalidImage, "\(name): \(error)",
        details: [
          .limitExceeded(
            name: quantity.rawValue, value: Int64(clamping: value), limit: Int64(clamping: limit))
        ])
    case .unsupportedFormat, .unsupportedVariant, .truncated, .corrupt:
      self.init(.invalidImage, "\(name): \(error)")
    case .unreadable(_, errno: 2):  // ENOENT
      self.init(
        .imageNotFound, "there is no \(name)", details: [.resource(kind: "image", name: name)])
    case .unreadable(_, let errno):
      self.init(.serverFailed, "\(name) cannot be read: error \(errno)")
    case .library:
      self.init(.serverFailed, "\(name): \(error)")
    }
  }

  /// What a caller is told of an object of the store that gave no bytes.
  init(_ fault: StoredObject.Fault, ofObject hash: String) {
    let damage: String
    switch fault {
    case .unreadable(let errno):
      self.init(.serverFailed, "the object \(hash) cannot be read: error \(errno)")
      return
    case .missing: damage = "its file is missing"
    case .tooLong(let bytes, let limit):
      damage = "its file has \(bytes) bytes; the limit is \(limit)"
    case .cutOff(let bytes, let count): damage = "its file ends after \(bytes) of \(count) bytes"
    case .otherBytes(let found): damage = "its bytes have the SHA-256 \(found)"
    }
    self.init(
      .damaged, "the object \(hash) is damaged: \(damage)",
      details: [.resource(kind: "object", name: hash)])
  }

  /// What a caller is told of a model or training.
  init(_ error: ModelError) {
    switch error {
    case .badArgument(let reason): self.init(.invalidField, reason)
    case .cancelled: self.init(.cancelled, "cancelled")
    case .file(_, let reason): self.init(.serverFailed, "a model file cannot be used: \(reason)")
    case .safetensors, .missingTensor, .wrongShape, .badDescription:
      self.init(.damaged, "\(error)")
    case .torch: self.init(.serverFailed, "\(error)")
    }
  }
}
