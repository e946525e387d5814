import CTorch
import Testing

@testable import Model

/// Convolutions by code of our own against ATen's, and their gradients.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var images = 2
    var inputs: Int
    var outputs: Int
    var kernel = 1
    var stride = 1
    var height = 7
    var width = 6
    /// Zeros above and left; one more right and below where `isUneven`.
    var padding = 0
    var isUneven = false
    var isDepthwise = false
    var hasBias = true
    var clamps = true

    var description: String {
      "\(images)x\(inputs)x\(height)x\(width) by \(outputs)x\(kernel)x\(kernel), stride \(stride), "
        + "padding \(padding)\(isUneven ? " and one" : ""), bias \(hasBias), clamp \(clamps)"
    }

    var window: ct_window {
      let after = Int64(padding + (isUneven ? 1 : 0))
      return ct_window(
        stride: Int64(stride), top: Int64(padding), left: Int64(padding), bottom: after,
        right: after, groups: Int64(isDepthwise ? inputs : 1))
    }
  }

  static let cases: [Case] =
    [
      Case(inputs: 16, outputs: 24), Case(inputs: 24, outputs: 16, hasBias: false),
      Case(inputs: 5, outputs: 3), Case(inputs: 3, outputs: 5, clamps: false),
      Case(images: 1, inputs: 7, outputs: 1, height: 1, width: 1),
      // Not by our kernels: strided, padded, dense.
      Case(inputs: 8, outputs: 8, stride: 2), Case(inputs: 8, outputs: 8, padding: 1),
      Case(inputs: 3, outputs: 8, kernel: 3, stride: 2, isUneven: true),
      Case(inputs: 8, outputs: 8, kernel: 3, padding: 1, isDepthwise: true),
      // Enough for several threads.
      Case(images: 3, inputs: 96, outputs: 80, height: 33, width: 31),
      Case(
        images: 3, inputs: 96, outputs: 96, kernel: 5, height: 33, width: 31, padding: 2,
        isDepthwise: true),
    ]
    + [3, 5].flatMap { kernel in
      [
        // Smaller than the window, and larger.
        Case(
          inputs: 32, outputs: 32, kernel: kernel, height: 2, width: 1, padding: kernel / 2,
          isDepthwise: true),
        Case(
          inputs: 32, outputs: 32, kernel: kernel, height: 9, width: 12, padding: kernel / 2,
          isDepthwise: true, clamps: false),
        Case(
          inputs: 16, outputs: 16, kernel: kernel, stride: 2, height: 8, width: 6,
          padding: kernel / 2 - 1, isUneven: true, isDepthwise: true),
        Case(
          inputs: 16, outputs: 16, kernel: kernel, stride: 2, height: 9, width: 7,
          padding: kernel / 2, isDepthwise: true, hasBias: false),
        Case(
          inputs: 16, outputs: 16, kernel: kernel, height: 6, width: 7, isDepthwise: true),
      ]
    }

  private typealias Convolution = (
    OpaquePointer, ct_layer, UnsafeMutablePointer<OpaquePointer?>
  ) -> Int32

  private static func layer(_ test: Case, _ weight: Tensor, _ bias: Tensor?) -> ct_layer {
    ct_layer(
      weight: weight.handle, bias: bias?.handle, window: test.window, clamps_to_six: test.clamps)
  }

  /// The output, then the gradients by input, weight and bias.
  private static func results(
    _ test: Case, threads: Int, by convolution: Convolution
  ) throws -> [[Float]] {
    try Torch.setThreadCount(threads)
    defer { #expect(throws: Never.self) { try Torch.setThreadCount(1) } }
    var numbers = RandomNumbers()
    let input = try numbers.tensor([test.images, test.inputs, test.height, test.width], scale: 4)
    let (weight, bias) = try weights(test, &numbers)
    let learning = [input, weight] + (bias.map { [$0] } ?? [])
    for tensor in learning { try tensor.setLearns(true) }
    let output = try Tensor.make { convolution(input.handle, layer(test, weight, bias), $0) }
    try output.backward(from: numbers.tensor(output.shape, scale: 1))
    return try [output.floats()] + learning.map { try #require(try $0.gradient()).floats() }
  }

  private static func weights(
    _ test: Case, _ numbers: inout RandomNumbers
  ) throws -> (weight: Tensor, bias: Tensor?) {
    let depth = test.isDepthwise ? 1 : test.inputs
    return (
      try numbers.tensor([test.outputs, depth, test.kernel, test.kernel], scale: 1),
      test.hasBias ? try numbers.tensor([test.outputs], scale: 1) : nil
    )
  }

  @Test(arguments: cases, [1, 2, 3])
  func `our convolutions and their gradients are ATen's`(_ test: Case, threads: Int) throws {
    let ours = try Self.results(test, threads: threads, by: ct_convolution)
    let plain = try Self.results(test, threads: 1, by: ct_convolution_plain)
    #expect(ours.count == plain.count)
    for (ours, plain) in zip(ours, plain) {
      let size = plain.map(abs).max() ?? 0
      #expect(largestDifference(ours, plain) <= 1e-5 * max(1, size))
    }
    // The same threads give the same numbers.
    #expect(try Self.results(test, threads: threads, by: ct_convolution) == ours)
  }

  /// Layers, the first of which takes the map; the others take what comes of the one before.
  struct Chain: Sendable, CustomStringConvertible {
    var layers: [Case]
    var addsInput = false

    var description: String { "\(layers), adds input \(addsInput)" }

    /// Widens, filters and narrows, or the last two only.
    static func block(
      widens: Bool = true, kernel: Int = 3, stride: Int = 1, height: Int = 7, width: Int = 6,
      addsInput: Bool = false
    ) -> Chain {
      let (narrow, wide) = (24, widens ? 80 : 32)
      let isUneven = stride == 2
      let filter = Case(
        inputs: wide, outputs: wide, kernel: kernel, stride: stride,
        padding: isUneven ? kernel / 2 - 1 : kernel / 2, isUneven: isUneven, isDepthwise: true)
      let last = Case(
        inputs: wide, outputs: addsInput && !widens ? wide : narrow, clamps: !widens)
      var layers = [filter, last]
      if widens { layers.insert(Case(inputs: narrow, outputs: wide), at: 0) }
      layers[0].height = height
      layers[0].width = width
      return Chain(layers: layers, addsInput: addsInput)
    }
  }

  static let chains: [Chain] =
    [
      Chain.block(), .block(addsInput: true), .block(widens: false),
      .block(widens: false, addsInput: true), .block(kernel: 5, height: 1, width: 1),
      .block(kernel: 5, stride: 2, height: 3, width: 4), .block(stride: 2, height: 8, width: 5),
      // Several bands of one image, for each thread.
      .block(height: 61, width: 60, addsInput: true),
      .block(kernel: 5, height: 61, width: 60), .block(kernel: 5, stride: 2, height: 90, width: 91),
      .block(stride: 2, height: 90, width: 91), .block(widens: false, height: 99, width: 95),
      // Not by our kernels.
      Chain(layers: [Case(inputs: 3, outputs: 8, kernel: 3, padding: 1)]),
      Chain(layers: [Case(inputs: 16, outputs: 8), Case(inputs: 8, outputs: 16)], addsInput: true),
    ]

  @Test(arguments: chains, [1, 2, 3])
  func `a chain gives what its layers give one by one`(_ chain: Chain, threads: Int) throws {
    try Torch.setThreadCount(threads)
    defer { #expect(throws: Never.self) { try Torch.setThreadCount(1) } }
    var numbers = RandomNumbers()
    let first = chain.layers[0]
    let input = try numbers.tensor([2, first.inputs, first.height, first.width], scale: 1)
    let weights = try chain.layers.map { try Self.weights($0, &numbers) }
    let arranged = try zip(chain.layers, weights).map { layer, weights in
      try Tensor.make { ct_arrange(weights.weight.handle, layer.window, $0) }
    }
    func layers(_ kernels: [Tensor]) -> [ct_layer] {
      chain.layers.indices.map { Self.layer(chain.layers[$0], kernels[$0], weights[$0].bias) }
    }
    func output(_ layers: [ct_layer]) throws(ModelError) -> [Float] {
      try Tensor.make {
        ct_convolution_chain(input.handle, layers, layers.count, chain.addsInput, $0)
      }.floats()
    }

    var expected = input
    for layer in layers(weights.map(\.weight)) {
      expected = try Tensor.make { ct_convolution_plain(expected.handle, layer, $0) }
    }
    if chain.addsInput { expected = try expected + input }
    let plain = try expected.floats()
    let size = plain.map(abs).max() ?? 0
    for kernels in [weights.map(\.weight), arranged] {
      let unrecorded = try withoutGradients { () throws(ModelError) in
        try output(layers(kernels))
      }
      #expect(largestDifference(unrecorded, plain) <= 1e-5 * max(1, size))
      #expect(largestDifference(try output(layers(kernels)), plain) <= 1e-5 * max(1, size))
    }
    withExtendedLifetime((weights, arranged)) {}
  }

  @Test func `weights that learn are not arranged for good`() throws {
    var numbers = RandomNumbers()
    let test = Case(inputs: 16, outputs: 16)
    let (weight, _) = try Self.weights(test, &numbers)
    try weight.setLearns(true)
    let arranged = try Tensor.make { ct_arrange(weight.handle, test.window, $0) }
    let input = try numbers.tensor([1, 16, 2, 2], scale: 1)
    func output() throws -> [Float] {
      try Tensor.make { ct_convolution(input.handle, Self.layer(test, arranged, nil), $0) }.floats()
    }
    let before = try output()
    // In the memory of both.
    try withoutGradients { () throws(ModelError) in _ = try weight.addInPlace(weight) }
    #expect(largestDifference(try output(), before) > 0.1)
  }

  @Test func `what is not a number stays to be seen behind a clamp`() throws {
    for kernel in [1, 3] {
      var values = [Float](repeating: 1, count: 16 * 9)
      values[4 * 16 + 3] = .nan
      let input = try Tensor(values, shape: [1, 3, 3, 16]).permuted([0, 3, 1, 2])
      let isDepthwise = kernel == 3
      let depth = isDepthwise ? 1 : 16
      let weight = try Tensor(
        [Float](repeating: 1, count: 16 * depth * kernel * kernel),
        shape: [16, depth, kernel, kernel])
      let window = Case(
        inputs: 16, outputs: 16, kernel: kernel, padding: kernel / 2, isDepthwise: isDepthwise
      ).window
      let layer = ct_layer(
        weight: weight.handle, bias: nil, window: window, clamps_to_six: true)
      let output = try Tensor.make { ct_convolution(input.handle, layer, $0) }
      #expect(try output.floats().contains { $0.isNaN })
    }
  }

  @Test func `weights that do not fit the map are refused`() throws {
    let input = try Tensor.zeros([1, 16, 4, 4])
    let window = ct_window(stride: 1, top: 0, left: 0, bottom: 0, right: 0, groups: 1)
    func isRefused(_ weight: Tensor, _ bias: Tensor?) {
      let layer = ct_layer(
        weight: weight.handle, bias: bias?.handle, window: window, clamps_to_six: false)
      #expect(throws: ModelError.self, "\(weight.shape)") {
        try Tensor.make { ct_convolution(input.handle, layer, $0) }
      }
      #expect(throws: ModelError.self, "\(weight.shape)") {
        try Tensor.make { ct_convolution_chain(input.handle, [layer, layer], 2, false, $0) }
      }
    }
    for shape in [[8, 15, 1, 1], [8, 16, 5, 1], [8, 16, 1, 5], [16, 16]] {
      isRefused(try Tensor.zeros(shape), nil)
    }
    isRefused(try Tensor.zeros([8, 16, 1, 1]), try Tensor.zeros([7]))
    #expect(throws: ModelError.self) {
      try Tensor.make { ct_convolution_chain(input.handle, [], 0, false, $0) }
    }
  }

  @Test func `a chain cannot add a map of another shape`() throws {
    let input = try Tensor.zeros([1, 16, 4, 4])
    let weight = try Tensor.zeros([8, 16, 1, 1])
    let layer = Self.layer(Case(inputs: 16, outputs: 8), weight, nil)
    #expect(throws: ModelError.self) {
      try Tensor.make { ct_convolution_chain(input.handle, [layer], 1, true, $0) }
    }
  }
}
