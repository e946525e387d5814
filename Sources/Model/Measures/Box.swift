/// A rectangle with sides along the axes, in pixels; y grows downwards.
public struct Box: Hashable, Sendable {
  /// The left edge.
  public var xMin: Double
  /// The upper edge.
  public var yMin: Double
  /// The right edge.
  public var xMax: Double
  /// The lower edge.
  public var yMax: Double

  /// Makes a box of its edges.
  public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) {
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
  }

  /// Width times height, in square pixels.
  public var area: Double { (xMax - xMin) * (yMax - yMin) }

  /// The area that both boxes cover; 0 where they only touch.
  public func intersection(with other: Box) -> Double {
    let width = min(xMax, other.xMax) - max(xMin, other.xMin)
    let height = min(yMax, other.yMax) - max(yMin, other.yMin)
    return width > 0 && height > 0 ? width * height : 0
  }

  /// Intersection over union: 1 for the same box, 0 for boxes apart.
  public func overlap(with other: Box) -> Double {
    let shared = intersection(with: other)
    return shared > 0 ? shared / (area + other.area - shared) : 0
  }

  /// The part of this box that `crowd` covers: how COCO compares a detection with a region that
  /// holds many objects.
  public func coverage(by crowd: Box) -> Double {
    let shared = intersection(with: crowd)
    return shared > 0 ? shared / area : 0
  }
}
