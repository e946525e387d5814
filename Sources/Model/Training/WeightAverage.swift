internal import Foundation

/// A running average of a network's weights, which validates better than those of any single step.
struct WeightAverage {
  private let pairs: [(average: Tensor, current: Tensor)]
  private let decay: Double

  /// Moves `average` towards what `current` is after each step, of which it keeps the part `decay`.
  init(_ average: Weights, of current: Weights, decay: Double) {
    pairs = average.tensors.compactMap { name, tensor in
      current.tensors[name].map { (average: tensor, current: $0) }
    }
    self.decay = decay
  }

  /// Takes in the weights after so many steps.
  func update(after steps: Int) throws(ModelError) {
    // It begins short, or the untrained start would linger in it.
    let decay = min(decay, Double(1 + steps) / Double(10 + steps))
    for pair in pairs {
      try pair.average.interpolate(towards: pair.current, weight: 1 - decay)
    }
  }
}

/// A learning rate that rises over the first steps, then falls along a cosine to nearly nothing.
///
/// SGDR, Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983.
func cosineRate(_ highest: Double, step: Int, of steps: Int) -> Double {
  let warmUp = max(1, min(100, steps / 10))
  guard step >= warmUp else { return highest * Double(step + 1) / Double(warmUp) }
  let part = min(1, Double(step - warmUp) / Double(max(1, steps - warmUp)))
  return highest * max(0.01, (1 + cos(Double.pi * part)) / 2)
}
