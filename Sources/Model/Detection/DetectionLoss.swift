internal import Foundation

/// The loss of what the network says about an image, with its gradient.
///
/// Written out by hand rather than recorded by libtorch: only the few points that learn an object
/// need their boxes looked at.
struct DetectionLoss {
  let grid: PointGrid
  let classes: Int
  let alignment: TaskAlignment

  static let overlapWeight: Float = 2.5
  static let distributionWeight: Float = 0.5

  /// What there is to learn in an image, in pixels of the input.
  struct Scene: Equatable {
    var objects: [TaskAlignment.Object] = []
    /// Where it is not known what there is; points within learn no background.
    var ignored: [SIMD4<Float>] = []
  }

  /// Sums over points, to be divided by `score` of the whole batch.
  struct Sums {
    var loss = 0.0
    /// How much there was to learn: the scores that the matched points shall reach.
    var score = 0.0

    static func += (sums: inout Sums, other: Sums) {
      sums.loss += other.loss
      sums.score += other.score
    }

    /// Images without objects divide by one.
    var divisor: Double { max(1, score) }
  }

  init(grid: PointGrid, classes: Int) {
    self.grid = grid
    self.classes = classes
    alignment = TaskAlignment(grid: grid, classes: classes)
  }

  /// The loss of one image; its gradient by `output`, both `(N, K + 4 * bins)`, is written to
  /// `gradient`, which must be zero.
  func add(
    _ scene: Scene, _ output: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) -> Sums {
    add(scene, alignment.matches(scene.objects, output), output, gradient: gradient)
  }

  /// The same with these points learning the objects.
  func add(
    _ scene: Scene, _ matches: [TaskAlignment.Match], _ output: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>
  ) -> Sums {
    let width = DetectionNetwork.width(classes: classes)
    var sums = Sums()
    var matchOfPoint: [TaskAlignment.Match?] = Array(repeating: nil, count: grid.count)
    for match in matches {
      matchOfPoint[match.point] = match
      sums.loss += Double(
        addBoxLoss(
          match, scene.objects[match.object].edges, output + match.point * width + classes,
          gradient: gradient + match.point * width + classes))
      sums.score += Double(match.score)
    }
    for point in 0..<grid.count {
      let match = matchOfPoint[point]
      if match == nil, isIgnored(point, scene.ignored) { continue }
      for label in 0..<classes {
        let isMatched = match.map { scene.objects[$0.object].classIndex == label } ?? false
        let (loss, slope) = ScoreLoss.value(
          output[point * width + label], target: isMatched ? match?.score ?? 0 : 0)
        sums.loss += Double(loss)
        gradient[point * width + label] = slope
      }
    }
    return sums
  }

  private func isIgnored(_ point: Int, _ areas: [SIMD4<Float>]) -> Bool {
    areas.contains { area in
      (area[0]...area[2]).contains(grid.x[point]) && (area[1]...area[3]).contains(grid.y[point])
    }
  }

  private func addBoxLoss(
    _ match: TaskAlignment.Match, _ truth: SIMD4<Float>, _ logits: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>
  ) -> Float {
    let (x, y, stride) = (grid.x[match.point], grid.y[match.point], grid.stride[match.point])
    let distances = BoxCoding.distances(logits)
    let edges = BoxCoding.edges(distances, x: x, y: y, stride: stride)
    let wanted = BoxCoding.distances(to: truth, x: x, y: y, stride: stride)
    // By the score alone, what is small would hardly be learned at first: no box overlaps it well.
    let weight = (1 + match.score) / 2
    let (overlapLoss, slopes) = BoxLoss.overlapLoss(edges, truth)
    var loss = weight * DetectionLoss.overlapWeight * overlapLoss
    let distributionWeight = weight * DetectionLoss.distributionWeight / 4
    for edge in 0..<4 {
      let run = logits + edge * BoxCoding.bins
      // A larger distance moves the left and upper edge towards smaller numbers.
      let slope = (edge < 2 ? -1 : 1) * slopes[edge] * stride
      BoxLoss.addMeanGradient(
        run, distance: distances[edge], slope: weight * DetectionLoss.overlapWeight * slope,
        addingTo: gradient + edge * BoxCoding.bins)
      loss +=
        distributionWeight
        * BoxLoss.distributionLoss(
          run, distance: wanted[edge], weight: distributionWeight,
          addingTo: gradient + edge * BoxCoding.bins)
    }
    return loss
  }
}

/// How wrong a class score is.
///
/// Varifocal loss (Zhang et al. 2021, https://arxiv.org/abs/2008.13367): cross entropy against the
/// score that a point shall reach, which also weighs it; the countless empty points weigh next to
/// nothing once they score low.
enum ScoreLoss {
  static let emptyWeight: Float = 0.75

  /// The loss and its slope by the logit, for a target of 0 to 1.
  @inline(__always)
  static func value(_ logit: Float, target: Float) -> (loss: Float, gradient: Float) {
    // softplus(logit) and sigmoid(logit) from one exponential that cannot overflow.
    let small = exp(-abs(logit))
    let softplus = max(logit, 0) + log1p(small)
    let score = logit >= 0 ? 1 / (1 + small) : small / (1 + small)
    if target > 0 { return (target * (softplus - target * logit), target * (score - target)) }
    let square = score * score
    return (
      emptyWeight * square * softplus,
      emptyWeight * square * (2 * (1 - score) * softplus + score)
    )
  }
}
