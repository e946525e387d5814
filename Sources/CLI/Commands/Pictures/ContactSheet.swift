import API
import BoxMetrics
import Drawing

/// A validation image twice: with what is there, and with what the model found.
struct ContactSheet {
  let example: TrainingReport.DetectionExample
  let picture: PictureShelf.Picture
  /// Objects below it are not shown.
  let confidenceMin: Double

  private static let side = 330.0
  private static let gap = 10.0
  private static let titleHeight = 20.0
  /// From this overlap on an object counts as found.
  private static let overlapMin = 0.5

  /// Which objects stand for which, by their places in the two lists.
  struct Matching: Equatable {
    /// For each object found, whether it is there.
    var isRight: [Bool]
    /// For each object that is there, whether it was found.
    var isFound: [Bool]
  }

  private var objects: [DetectedObject] {
    example.objects.filter { $0.confidence >= confidenceMin }
  }

  /// Each object, the surest first, takes the truth of its class that it covers best and that is not
  /// taken yet.
  static func match(_ objects: [DetectedObject], _ truths: [API.Box]) -> Matching {
    var matching = Matching(
      isRight: objects.map { _ in false }, isFound: truths.map { _ in false })
    let order = objects.indices.sorted {
      (objects[$1].confidence, $0) < (objects[$0].confidence, $1)
    }
    for place in order {
      let object = objects[place]
      let box = BoxMetrics.Box(
        xMin: object.xMin, yMin: object.yMin, xMax: object.xMax, yMax: object.yMax)
      let overlaps = truths.enumerated().compactMap { number, truth -> (Int, Double)? in
        guard truth.className == object.className, !matching.isFound[number] else { return nil }
        return (
          number,
          box.overlap(
            with: BoxMetrics.Box(
              xMin: truth.xMin, yMin: truth.yMin, xMax: truth.xMax, yMax: truth.yMax))
        )
      }
      guard let best = overlaps.max(by: { $0.1 < $1.1 }), best.1 >= overlapMin else { continue }
      matching.isRight[place] = true
      matching.isFound[best.0] = true
    }
    return matching
  }

  func figure(_ colors: inout ClassColors) -> Page.Figure {
    let objects = objects
    let matching = Self.match(objects, example.truths)
    let scale = picture.scale(side: Self.side)
    let (width, height) = (picture.width * scale, picture.height * scale)
    var svg = SVG(width: width * 2 + Self.gap)
    let truths = zip(example.truths, matching.isFound).map { box, isFound in
      BoxLayer.Mark(
        box, color: colors.color(of: box.className), isDashed: !isFound,
        note: isFound ? "" : " missed")
    }
    let found = zip(objects, matching.isRight).map { object, isRight in
      BoxLayer.Mark(object, color: colors.color(of: object.className), isDashed: !isRight)
    }
    for (title, marks, x) in [("truth", truths, 0.0), ("model", found, width + Self.gap)] {
      svg.text(title, x: x, y: 13, color: ChartColors.faint)
      svg.image(id: picture.id, at: (x, Self.titleHeight), scale: scale)
      BoxLayer(marks, width: picture.width, height: picture.height, textSize: 11)
        .draw(at: (x, Self.titleHeight), scale: scale, into: &svg)
    }
    return Page.Figure(
      svg.figure(height: height + Self.titleHeight, label: "Truth and answer: \(picture.name)"),
      caption: "\(picture.name): \(Self.words(matching))")
  }

  /// `3 of 4 found, 1 invented`.
  static func words(_ matching: Matching) -> String {
    let found = matching.isFound.count(where: \.self)
    let invented = matching.isRight.count { !$0 }
    return "\(found) of \(matching.isFound.count) found"
      + (invented > 0 ? ", \(invented) invented" : "")
  }
}
