package import Foundation

/// A weight file: named tensors and a few texts about them.
package struct SafetensorsFile {
  package var weights: Weights
  package var metadata: [String: String]

  package init(weights: Weights, metadata: [String: String]) {
    self.weights = weights
    self.metadata = metadata
  }

  /// Reads the file at `path` into tensors, all or nothing.
  package init(
    path: String, limits: SafetensorsHeader.Limits = .init()
  ) throws(ModelError) {
    let content: [UInt8]
    do {
      content = try Array(Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
    try self.init(content: content, limits: limits)
  }

  /// Reads a file's bytes into tensors, all or nothing.
  package init(
    content: [UInt8], limits: SafetensorsHeader.Limits = .init()
  ) throws(ModelError) {
    let header: SafetensorsHeader
    let dataStart: Int
    do throws(SafetensorsError) {
      (header, dataStart) = try SafetensorsFile.header(of: content, limits: limits)
    } catch {
      throw .safetensors(error)
    }
    metadata = header.metadata
    weights = Weights()
    for entry in header.entries {
      let bytes = Array(
        content[dataStart + entry.bytes.lowerBound..<dataStart + entry.bytes.upperBound])
      weights.tensors[entry.name] = try Tensor(bytes: bytes, type: entry.type, shape: entry.shape)
    }
  }

  /// A file's bytes; the same tensors and texts always give the same.
  package func serialized() throws(ModelError) -> Data {
    var header = SafetensorsHeader(entries: [], metadata: metadata)
    var position = 0
    // The widest elements first, so that all stay aligned without gaps.
    let named = weights.tensors.sorted { first, second in
      let (a, b) = (first.value.elementType.bytes, second.value.elementType.bytes)
      return a == b ? first.key < second.key : a > b
    }
    for (name, tensor) in named {
      let end = position + tensor.count * tensor.elementType.bytes
      header.entries.append(
        .init(name: name, type: tensor.elementType, shape: tensor.shape, bytes: position..<end))
      position = end
    }
    var content = Data(header.serialized())
    content.reserveCapacity(content.count + position)
    for (_, tensor) in named { content.append(contentsOf: try tensor.bytes()) }
    return content
  }

  private static func header(
    of content: [UInt8], limits: SafetensorsHeader.Limits
  ) throws(SafetensorsError) -> (SafetensorsHeader, dataStart: Int) {
    let length = try SafetensorsHeader.length(
      prefix: content.prefix(SafetensorsHeader.prefixBytes), fileBytes: content.count,
      limits: limits)
    let dataStart = SafetensorsHeader.prefixBytes + length
    let json = Array(content.dropFirst(SafetensorsHeader.prefixBytes).prefix(length))
    let header = try SafetensorsHeader(
      json: json, dataBytes: content.count - dataStart, limits: limits)
    return (header, dataStart)
  }
}

/// Tensors by name, as a weight file holds them.
package struct Weights {
  package var tensors: [String: Tensor]

  package init(_ tensors: [String: Tensor] = [:]) {
    self.tensors = tensors
  }

  func cloned() throws(ModelError) -> Weights {
    var copies = Weights()
    for (name, tensor) in tensors { copies.tensors[name] = try tensor.cloned() }
    return copies
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
