import FuzzProperties
import Testing

/// Each property of `make fuzz`, for a short while and without a sanitizer.
@Suite struct FuzzTargetTests {
  static let inputsPerSeed = 4_000
  static let runs = FuzzTarget.allCases.flatMap { target in
    (0..<4 as Range<UInt64>).map { (target, $0) }
  }

  @Test(.timeLimit(.minutes(5)), arguments: runs)
  func `a property holds for thousands of changed seeds`(
    target: FuzzTarget, seed: UInt64
  ) throws {
    let seeds = target.seeds
    for input in seeds { try check(target, input) }
    var mutation = Mutation(seeds: seeds, dictionary: target.dictionary, seed: seed)
    for _ in 0..<Self.inputsPerSeed { try check(target, mutation.next()) }
  }

  private func check(_ target: FuzzTarget, _ input: [UInt8]) throws {
    do {
      try target.check(input)
    } catch {
      Issue.record("\(error)\ninput: \(input)")
      throw error
    }
  }
}
