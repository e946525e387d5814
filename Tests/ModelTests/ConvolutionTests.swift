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
    OpaquePointer, OpaquePointer, OpaquePointer?, ct_window, Bool,
    UnsafeMutablePointer<OpaquePointer?>
  ) -> Int32

  /// The output, then the gradients by input, weight and bias.
  private static func results(
    _ test: Case, threads: Int, by convolution: Convolution
  ) throws -> [[Float]] {
    try Torch.setThreadCount(threads)
    defer { #expect(throws: Never.self) { try Torch.setThreadCount(1) } }
    var random = SeededGenerator(seed: 7)
    func tensor(_ shape: [Int], scale: Double) throws -> Tensor {
      let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-scale...scale)) }
      return try Tensor(values, shape: shape)
    }
    let input = try tensor([test.images, test.inputs, test.height, test.width], scale: 4)
    let depth = test.isDepthwise ? 1 : test.inputs
    let weight = try tensor([test.outputs, depth, test.kernel, test.kernel], scale: 1)
    let bias = test.hasBias ? try tensor([test.outputs], scale: 1) : nil
    let learning = [input, weight] + (bias.map { [$0] } ?? [])
    for tensor in learning { try tensor.setLearns(true) }
    let output = try Tensor.make {
      convolution(input.handle, weight.handle, bias?.handle, test.window, test.clamps, $0)
    }
    try output.backward(from: tensor(output.shape, scale: 1))
    return try [output.floats()] + learning.map { try #require(try $0.gradient()).floats() }
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

  @Test func `what is no number stays to be seen behind a clamp`() throws {
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
      let output = try Tensor.make {
        ct_convolution(input.handle, weight.handle, nil, window, true, $0)
      }
      #expect(try output.floats().contains { $0.isNaN })
    }
  }

  @Test func `weights that do not fit the map are refused`() throws {
    let input = try Tensor.zeros([1, 16, 4, 4])
    let window = ct_window(stride: 1, top: 0, left: 0, bottom: 0, right: 0, groups: 1)
    for shape in [[8, 15, 1, 1], [8, 16, 5, 1], [8, 16, 1, 5], [16, 16]] {
      let weight = try Tensor.zeros(shape)
      #expect(throws: ModelError.self, "\(shape)") {
        try Tensor.make {
          ct_convolution(input.handle, weight.handle, nil, window, false, $0)
        }
      }
    }
    let bias = try Tensor.zeros([7])
    let weight = try Tensor.zeros([8, 16, 1, 1])
    #expect(throws: ModelError.self) {
      try Tensor.make {
        ct_convolution(input.handle, weight.handle, bias.handle, window, false, $0)
      }
    }
  }
}
