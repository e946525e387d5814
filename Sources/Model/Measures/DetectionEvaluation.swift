/// How well a detector does, measured as COCO does.
///
/// The figures equal those of pycocotools. One is nil where there is nothing to measure it by:
/// pycocotools says -1 there.
public struct DetectionEvaluation: Sendable {
  /// A range of sizes of objects, by area.
  enum Size: CaseIterable {
    case all, small, medium, large

    /// In square pixels.
    var areas: ClosedRange<Double> {
      switch self {
      case .all: 0...1e10
      case .small: 0...1_024
      case .medium: 1_024...9_216
      case .large: 9_216...1e10
      }
    }
  }

  /// IoU thresholds: 0.5, 0.55, … 0.95, with the last digits that COCO's own have.
  public static let thresholds = (0..<9).map { Double($0) * ((0.95 - 0.5) / 9) + 0.5 } + [0.95]
  /// How many predictions of a class count in an image.
  public static let predictionsMax = 100

  /// Mean average precision over classes and thresholds: "mAP@[.5:.95]".
  public let averagePrecision: Double?
  /// Mean average precision at an IoU of 0.5: "mAP@.5".
  public let averagePrecision50: Double?
  /// Mean average precision at an IoU of 0.75.
  public let averagePrecision75: Double?
  /// Of objects below 32² square pixels.
  public let averagePrecisionSmall: Double?
  /// Of objects between 32² and 96² square pixels.
  public let averagePrecisionMedium: Double?
  /// Of objects above 96² square pixels.
  public let averagePrecisionLarge: Double?
  /// Mean recall over classes and thresholds with one prediction an image.
  public let averageRecall1: Double?
  /// With 10 predictions an image.
  public let averageRecall10: Double?
  /// With 100 predictions an image.
  public let averageRecall100: Double?
  /// With 100, of objects below 32² square pixels.
  public let averageRecallSmall: Double?
  /// With 100, of objects between 32² and 96² square pixels.
  public let averageRecallMedium: Double?
  /// With 100, of objects above 96² square pixels.
  public let averageRecallLarge: Double?

  /// The same for each class by itself, over the thresholds; nil for a class that no image has.
  public let classAveragePrecisions: [Double?]
  /// At an IoU of 0.5.
  public let classAveragePrecisions50: [Double?]
  /// With 100 predictions an image.
  public let classRecalls: [Double?]

  /// Measures all images; objects and predictions of classes from `classCount` on do not count.
  public init(of images: [EvaluatedImage], classCount: Int) {
    let tables = (0..<classCount).map { ClassTable(images, classIndex: $0) }
    func mean(_ values: [[Double]?]) -> Double? { Self.mean(values.flatMap { $0 ?? [] }) }
    func precision(_ size: Size, at column: Int? = nil) -> Double? {
      mean(
        tables.map { table in
          table.precisions(size, predictionsMax: Self.predictionsMax)
            .map { values in column.map { [values[$0]] } ?? values }
        })
    }
    func recall(_ size: Size, _ predictionsMax: Int) -> Double? {
      mean(tables.map { $0.recalls(size, predictionsMax: predictionsMax) })
    }
    averagePrecision = precision(.all)
    averagePrecision50 = precision(.all, at: 0)
    averagePrecision75 = precision(.all, at: 5)
    averagePrecisionSmall = precision(.small)
    averagePrecisionMedium = precision(.medium)
    averagePrecisionLarge = precision(.large)
    averageRecall1 = recall(.all, 1)
    averageRecall10 = recall(.all, 10)
    averageRecall100 = recall(.all, 100)
    averageRecallSmall = recall(.small, 100)
    averageRecallMedium = recall(.medium, 100)
    averageRecallLarge = recall(.large, 100)
    let all = tables.map { $0.precisions(.all, predictionsMax: Self.predictionsMax) }
    classAveragePrecisions = all.map { $0.flatMap(Self.mean) }
    classAveragePrecisions50 = all.map { $0?.first }
    classRecalls = tables.map { table in
      table.recalls(.all, predictionsMax: Self.predictionsMax).flatMap(Self.mean)
    }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// One class over all images.
struct ClassTable {
  private let candidates: [Matching.Candidates]

  init(_ images: [EvaluatedImage], classIndex: Int) {
    candidates = images.map {
      Matching.Candidates(
        $0, classIndex: classIndex, predictionsMax: DetectionEvaluation.predictionsMax)
    }.filter { !$0.isEmpty }
  }

  /// The average precision at each threshold; nil without an object of that size.
  func precisions(_ size: DetectionEvaluation.Size, predictionsMax: Int) -> [Double]? {
    curves(size, predictionsMax: predictionsMax)?.map(\.averagePrecision)
  }

  /// The recall at each threshold; nil without an object of that size.
  func recalls(_ size: DetectionEvaluation.Size, predictionsMax: Int) -> [Double]? {
    curves(size, predictionsMax: predictionsMax)?.map(\.recall)
  }

  private func curves(
    _ size: DetectionEvaluation.Size, predictionsMax: Int
  ) -> [PrecisionRecall]? {
    let thresholds = DetectionEvaluation.thresholds
    var rows: [Matching.Row] = []
    var truths = 0
    for candidates in candidates {
      let matching = Matching(candidates, thresholds: thresholds, areas: size.areas)
      rows += matching.rows.prefix(predictionsMax)
      truths += matching.countedTruths
    }
    guard truths > 0 else { return nil }
    rows.sort { $0.confidence > $1.confidence }  // stable: equals stay in the order of the images
    return thresholds.indices.map { PrecisionRecall(rows, column: $0, truths: truths) }
  }
}
