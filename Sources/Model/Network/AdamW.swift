internal import CTorch

/// Adam with decoupled weight decay, over a list of learning tensors.
struct AdamW {
  private struct Slot {
    let parameter: Tensor
    let first: Tensor
    let second: Tensor
    let decays: Bool
    let rateFactor: Double
  }

  private var slots: [Slot] = []
  private var step = 0
  private let weightDecay: Double

  init(weightDecay: Double) {
    self.weightDecay = weightDecay
  }

  /// Makes `parameter` learn.
  ///
  /// Biases and norms (one dimension) do not decay: shrinking them only hurts. `rateFactor`
  /// multiplies the learning rate.
  mutating func add(_ parameter: Tensor, rateFactor: Double = 1) throws(ModelError) {
    try parameter.setLearns(true)
    let shape = parameter.shape
    slots.append(
      Slot(
        parameter: parameter, first: try .zeros(shape), second: try .zeros(shape),
        decays: shape.count > 1, rateFactor: rateFactor))
  }

  /// Moves every parameter by its gradient, which it clears.
  mutating func update(learningRate: Double) throws(ModelError) {
    step += 1
    for slot in slots {
      try Tensor.check(
        ct_adamw_step(
          slot.parameter.handle, slot.first.handle, slot.second.handle,
          learningRate * slot.rateFactor, 0.9, 0.999, 1e-8, slot.decays ? weightDecay : 0,
          Int64(step)))
    }
  }
}
