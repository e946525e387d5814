/// Which of many overlapping candidates to keep.
enum Suppression {
  struct Candidate {
    /// Left, top, right, bottom.
    var edges: SIMD4<Float>
    var classIndex: Int
    var confidence: Float
    /// Decides between equals, so that the result does not depend on the order of the candidates.
    var point: Int
  }

  /// Candidates that are looked at, by falling confidence.
  static let candidatesMax = 1_000

  /// By falling confidence, each candidate that no kept one of its class overlaps by more than
  /// `overlapMax`, at most `detectionsMax`.
  static func kept(
    _ candidates: [Candidate], overlapMax: Float, detectionsMax: Int
  ) -> [Candidate] {
    let ranked = candidates.sorted { a, b in
      if a.confidence != b.confidence { return a.confidence > b.confidence }
      return a.point == b.point ? a.classIndex < b.classIndex : a.point < b.point
    }.prefix(candidatesMax)
    var kept: [Candidate] = []
    for candidate in ranked {
      if kept.count >= detectionsMax { break }
      let isCovered = kept.contains { other in
        other.classIndex == candidate.classIndex
          && other.edges.overlap(with: candidate.edges) > overlapMax
      }
      if !isCovered { kept.append(candidate) }
    }
    return kept
  }
}
