/// Tensors by name, as a weight file holds them.
package struct Weights {
  package var tensors: [String: Tensor]

  package init(_ tensors: [String: Tensor] = [:]) {
    self.tensors = tensors
  }

  /// The tensor with this name, which must have this shape.
  package func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(name) }
    guard tensor.shape == shape else {
      throw .wrongShape(tensor: name, expected: shape, found: tensor.shape)
    }
    return tensor
  }
}
