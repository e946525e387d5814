import API
import ArgumentParser

/// The options of the training in a demonstration or a measurement.
struct TrainingOptions: ParsableArguments, Sendable {
  @Option(name: .customLong("time-budget"), help: "Seconds of training at most: 10 to 86400.")
  var timeBudgetSeconds: Int32?
  @Option(help: "The side of the network's input in pixels; the recipe chooses if not given.")
  var inputSide: Int32 = 0
  @Option(help: "Of everything random.") var seed: Int64 = 1
  @Flag(help: "Train only the classifier.") var headOnly = false
  @Flag(help: "Never mirror images.") var noFlip = false

  func parameters(timeBudgetSeconds standard: Int32) -> TrainingParameters {
    TrainingParameters(
      seed: seed, timeBudgetSeconds: timeBudgetSeconds ?? standard, inputSide: inputSide,
      headOnly: headOnly, noFlip: noFlip)
  }
}
