internal import Images
internal import Model
internal import RPCCore

extension Status {
  /// What a caller is told of an image; `name` is what the caller called it.
  init(_ error: ImageError, of name: String) {
    switch error {
    case .tooMany(let quantity, let value, let limit):
      self.init(
        .invalidArgument, "\(name): \(error)",
        details: [
          .limitExceeded(
            name: quantity.rawValue, value: Int64(clamping: value), limit: Int64(clamping: limit))
        ])
    case .unsupportedFormat, .unsupportedVariant, .truncated, .corrupt:
      self.init(.invalidArgument, "\(name): \(error)")
    case .unreadable(_, errno: 2):  // ENOENT
      self.init(
        .notFound, "there is no \(name)", details: [.resource(kind: "image", name: name)])
    case .unreadable(_, let errno):
      self.init(.internal, "\(name) cannot be read: error \(errno)")
    case .library:
      self.init(.internal, "\(name): \(error)")
    }
  }

  /// What a caller is told of a model or training.
  init(_ error: ModelError) {
    switch error {
    case .badArgument(let reason): self.init(.invalidArgument, reason)
    case .cancelled: self.init(.cancelled, "cancelled")
    case .file(_, let reason): self.init(.internal, "a model file cannot be used: \(reason)")
    case .safetensors, .missingTensor, .wrongShape, .badDescription:
      self.init(.dataLoss, "\(error)")
    case .torch: self.init(.internal, "\(error)")
    }
  }
}
