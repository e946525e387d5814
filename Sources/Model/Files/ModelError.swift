/// What can go wrong in this module.
package enum ModelError: Error, Equatable {
  /// libtorch refused a call; its own words.
  case torch(String)
  /// A file could not be read or written.
  case file(path: String, reason: String)
  /// A file is not the safetensors it should be.
  case safetensors(SafetensorsError)
  /// A weight file lacks a tensor of the architecture.
  case missingTensor(String)
  /// A tensor in a weight file has another shape than the architecture's.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  /// The description inside a model file is absent or makes no sense.
  case badDescription(String)
  /// An argument is outside its bounds; names the thing, the value and the limit.
  case badArgument(String)
  /// The caller asked to stop.
  case cancelled
}

extension ModelError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .torch(let reason): "libtorch: \(reason)"
    case .file(let path, let reason): "\(path): \(reason)"
    case .safetensors(let error): "not a valid weight file: \(error)"
    case .missingTensor(let name): "the weights lack the tensor \(name)"
    case .wrongShape(let name, let expected, let found):
      "the tensor \(name) has the shape \(found), not \(expected)"
    case .badDescription(let reason): "the model file's description: \(reason)"
    case .badArgument(let reason): reason
    case .cancelled: "cancelled"
    }
  }
}

/// - Throws: `.badArgument` that names a value outside its bounds.
func checkRange(
  _ name: String, _ value: Double, _ range: ClosedRange<Double>
) throws(ModelError) {
  guard range.contains(value) else {
    throw .badArgument("\(name) \(value); it must lie in \(range)")
  }
}
