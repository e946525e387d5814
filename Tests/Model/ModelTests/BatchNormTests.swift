import CTorch
import Testing

@testable import Model

/// Batch norms by code of our own against ATen's, and their gradients.
@Suite struct BatchNormTests {
  struct Case: Sendable, CustomStringConvertible {
    var shape: [Int]
    var isByBatch = true
    var clamps = true
    /// Added to all of the input, whose own numbers lie between -4 and 4.
    var offset = 0.0

    var description: String { "\(shape), by batch \(isByBatch), clamp \(clamps), plus \(offset)" }
  }

  static let cases: [Case] = [
    Case(shape: [2, 16, 3, 5]), Case(shape: [2, 16, 3, 5], clamps: false),
    Case(shape: [3, 48, 1, 1]),
    // Several blocks and threads.
    Case(shape: [3, 96, 33, 31]), Case(shape: [3, 96, 33, 31], clamps: false),
    Case(shape: [2, 1_152, 5, 4]),
    // Far from zero.
    Case(shape: [2, 96, 20, 20], offset: 100),
    // Not by our kernels.
    Case(shape: [2, 24, 5, 5]), Case(shape: [2, 16, 3, 5], isByBatch: false),
    Case(shape: [2, 16, 3, 5], isByBatch: false, clamps: false),
  ]

  private typealias Norm = (
    OpaquePointer, ct_norm, Bool, UnsafeMutablePointer<OpaquePointer?>
  ) -> Int32

  /// The output, the running statistics, then the gradients by input, weight and bias.
  private static func results(
    _ test: Case, threads: Int, by norm: Norm
  ) throws -> [[Float]] {
    try Torch.setThreadCount(threads)
    defer { #expect(throws: Never.self) { try Torch.setThreadCount(1) } }
    var numbers = RandomNumbers()
    let channels = [test.shape[1]]
    let input = try numbers.tensor(test.shape, scale: 4).scaled(by: 1, plus: test.offset)
    let weight = try numbers.tensor(channels, scale: 2)
    let bias = try numbers.tensor(channels, scale: 3)
    let mean = try numbers.tensor(channels, scale: 1)
    let variance = try numbers.tensor(channels, scale: 1).scaled(by: 1, plus: 2)
    let learning = [input, weight, bias]
    for tensor in learning { try tensor.setLearns(true) }
    let given = ct_norm(
      weight: weight.handle, bias: bias.handle, running_mean: mean.handle,
      running_variance: variance.handle, momentum: 0.1, epsilon: 1e-3, clamps_to_six: test.clamps)
    let output = try Tensor.make { norm(input.handle, given, test.isByBatch, $0) }
    try output.backward(from: numbers.tensor(output.shape, scale: 1))
    return try [output, mean, variance].map { try $0.floats() }
      + learning.map { try #require(try $0.gradient()).floats() }
  }

  @Test(arguments: cases, [1, 2, 3])
  func `our norms and their gradients are ATen's`(_ test: Case, threads: Int) throws {
    let ours = try Self.results(test, threads: threads, by: ct_batch_norm)
    let plain = try Self.results(test, threads: 1, by: ct_batch_norm_plain)
    #expect(ours.count == plain.count)
    // Numbers far from zero lose some digits on both sides.
    let tolerance: Float = test.offset == 0 ? 1e-5 : 1e-3
    for (ours, plain) in zip(ours, plain) {
      let size = plain.map(abs).max() ?? 0
      #expect(largestDifference(ours, plain) <= tolerance * max(1, size))
    }
    // However many threads, the numbers are the same.
    #expect(try Self.results(test, threads: 1, by: ct_batch_norm) == ours)
  }

  @Test func `what is not a number stays to be seen behind a clamp`() throws {
    var values = [Float](repeating: 1, count: 16 * 9)
    values[4 * 16 + 3] = .nan
    let input = try Tensor(values, shape: [1, 3, 3, 16]).permuted([0, 3, 1, 2])
    let norm = try BatchNorm(
      "norm", channels: 16,
      from: Weights([
        "norm.weight": Tensor(values.prefix(16).map(\.self), shape: [16]),
        "norm.bias": Tensor.zeros([16]), "norm.running_mean": Tensor.zeros([16]),
        "norm.running_var": Tensor.zeros([16]),
      ]))
    let output = try norm(input, statistics: .batch, clampsToSix: true).floats()
    #expect(output.filter(\.isNaN).count == 9)
  }

  @Test func `one number a channel gives the norm's bias`() throws {
    let ones = try Tensor([Float](repeating: 1, count: 16), shape: [16])
    let norm = try BatchNorm(
      "norm", channels: 16,
      from: Weights([
        "norm.weight": ones, "norm.bias": ones.scaled(by: 2),
        "norm.running_mean": ones.scaled(by: 1), "norm.running_var": ones.scaled(by: 1),
      ]))
    let output = try norm(Tensor.zeros([1, 16, 1, 1]), statistics: .batch, clampsToSix: true)
    #expect(try output.floats() == [Float](repeating: 2, count: 16))
    #expect(try norm.runningVariance.floats().allSatisfy(\.isFinite))
  }
}
