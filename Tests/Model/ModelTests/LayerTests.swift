import Testing

@testable import Model

/// Single layers against the numbers PyTorch gave for the same input.
struct LayerTests {
  static let tolerance: Float = 1e-5

  struct ConvolutionCase: Sendable {
    var name: String
    var form: ConvolutionUnit.Form
  }

  static let convolutions = [
    ConvolutionCase(name: "k3.s1.n8", form: .init(inputs: 4, outputs: 6, kernel: 3)),
    ConvolutionCase(name: "k3.s2.n8", form: .init(inputs: 4, outputs: 6, kernel: 3, stride: 2)),
    ConvolutionCase(
      name: "k3.s2.n7",
      form: .init(inputs: 4, outputs: 4, kernel: 3, stride: 2, isDepthwise: true)),
    ConvolutionCase(
      name: "k5.s2.n8",
      form: .init(inputs: 4, outputs: 4, kernel: 5, stride: 2, isDepthwise: true)),
    ConvolutionCase(
      name: "k5.s1.n6", form: .init(inputs: 4, outputs: 4, kernel: 5, isDepthwise: true)),
    ConvolutionCase(name: "k1.s1.n5", form: .init(inputs: 4, outputs: 6)),
  ]

  @Test(arguments: convolutions)
  func `a convolution pads as the Python package does`(_ test: ConvolutionCase) throws {
    let golden = try Fixtures.golden("golden-layers")
    let prefix = "convolution.\(test.name)"
    var form = test.form
    form.clampsToSix = false
    var weights = try neutralNorm(channels: form.outputs)
    weights.tensors["unit.convolution.weight"] = golden["\(prefix).weight"]
    // A neutral norm divides by the root of 1 + epsilon.
    let unit = try ConvolutionUnit("unit", form, from: weights)
    let output = try unit(#require(golden["\(prefix).input"]), statistics: .running)
      .scaled(by: (1 + BatchNorm.epsilon).squareRoot())
    #expect(try largestDifference(output, #require(golden["\(prefix).output"])) < Self.tolerance)
  }

  @Test func `batch norm equals PyTorch's by running and by batch statistics`() throws {
    let golden = try Fixtures.golden("golden-layers")
    let norm = try BatchNorm("norm", channels: 4, from: Weights(golden))
    let input = try #require(golden["norm.input"])
    let running = try norm(input, statistics: .running)
    #expect(
      try largestDifference(running, #require(golden["norm.output.running"])) < Self.tolerance)
    let batch = try norm(input, statistics: .batch)
    #expect(try largestDifference(batch, #require(golden["norm.output.batch"])) < Self.tolerance)
    for name in ["running_mean", "running_var"] {
      let moved = try #require(golden["norm.moved.\(name)"])
      #expect(try largestDifference(#require(golden["norm.\(name)"]), moved) < Self.tolerance)
    }
  }

  @Test func `five steps of AdamW on a weighted, smoothed loss equal PyTorch's`() throws {
    let golden = try Fixtures.golden("golden-layers").mapKeys(dropping: "learning.")
    let layer = Linear(
      weight: try #require(golden["weight.before"]), bias: try #require(golden["bias.before"]))
    var optimizer = AdamW(weightDecay: 0.1)
    try optimizer.add(layer.weight)
    try optimizer.add(layer.bias)
    var losses: [Float] = []
    for step in 0..<5 {
      let loss = try Tensor.crossEntropy(
        layer(#require(golden["features"])), #require(golden["labels"]),
        classWeights: golden["class_weights"], labelSmoothing: 0.1)
      try loss.backward()
      if step == 0 {
        let gradient = try #require(try layer.weight.gradient())
        #expect(
          try largestDifference(gradient, #require(golden["gradient"])) < Self.tolerance)
      }
      try optimizer.update(learningRate: 0.05)
      losses.append(try loss.item())
    }
    #expect(largestDifference(losses, try #require(golden["losses"]).floats()) < Self.tolerance)
    #expect(
      try largestDifference(layer.weight, #require(golden["weight.after"])) < Self.tolerance)
    #expect(try largestDifference(layer.bias, #require(golden["bias.after"])) < Self.tolerance)
  }

  @Test func `sampling through affine maps equals PyTorch's`() throws {
    let golden = try Fixtures.golden("golden-layers").mapKeys(dropping: "sampling.")
    let output = try #require(golden["input"]).sampled(
      through: #require(golden["maps"]), side: 4)
    #expect(try largestDifference(output, #require(golden["output"])) < Self.tolerance)
  }

  private func neutralNorm(channels: Int) throws -> Weights {
    let ones = try Tensor(Array(repeating: 1, count: channels), shape: [channels])
    let zeros = try Tensor.zeros([channels])
    return Weights([
      "unit.norm.weight": ones, "unit.norm.bias": zeros,
      "unit.norm.running_mean": zeros, "unit.norm.running_var": ones,
    ])
  }
}

extension [String: Tensor] {
  fileprivate func mapKeys(dropping prefix: String) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (key, value) in self where key.hasPrefix(prefix) {
      result[String(key.dropFirst(prefix.count))] = value
    }
    return result
  }
}
