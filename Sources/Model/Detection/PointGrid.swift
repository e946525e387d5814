/// The points at which the network says what is there: the middles of the cells of three grids.
struct PointGrid: Sendable {
  /// The points of one map.
  struct Level: Sendable {
    /// Pixels of the input from point to point.
    var stride: Int
    /// Points in a row, and rows.
    var side: Int
    /// The number of its first point.
    var first: Int
  }

  static let strides = [8, 16, 32]

  let inputSide: Int
  let levels: [Level]
  let count: Int
  /// By point: its place in pixels of the input, and the stride of its level.
  let x: [Float]
  let y: [Float]
  let stride: [Float]

  /// - Precondition: `inputSide` is a multiple of 32.
  init(inputSide: Int) {
    precondition(inputSide.isMultiple(of: 32), "an input of side \(inputSide)")
    self.inputSide = inputSide
    var levels: [Level] = []
    var (x, y, strides): ([Float], [Float], [Float]) = ([], [], [])
    for stride in PointGrid.strides {
      let side = inputSide / stride
      levels.append(Level(stride: stride, side: side, first: x.count))
      for row in 0..<side {
        for column in 0..<side {
          x.append((Float(column) + 0.5) * Float(stride))
          y.append((Float(row) + 0.5) * Float(stride))
          strides.append(Float(stride))
        }
      }
    }
    self.levels = levels
    self.x = x
    self.y = y
    stride = strides
    count = x.count
  }
}
