/// What one JSON file of COCO says, as far as objects are concerned.
struct COCODocument {
  struct Image {
    var id = -1
    var name = ""
    var size = PixelSize(width: 0, height: 0)
    var line = 0
  }

  struct Category {
    var id = -1
    var name = ""
    var line = 0
  }

  struct Annotation {
    var image = -1
    var category = -1
    var box: [Double] = []
    var isCrowd = false
    var line = 0
  }

  let file: String
  private(set) var images: [Image] = []
  private(set) var categories: [Category] = []
  private(set) var annotations: [Annotation] = []
  private var found: Set<String> = []

  private init(file: String) { self.file = file }

  /// Whether all three lists are there; other JSON files may lie beside those of COCO.
  var isWhole: Bool { found.isSuperset(of: ["images", "annotations", "categories"]) }

  static func read(
    _ text: [UInt8], file: String, nestingMax: Int
  ) throws(SyntaxError) -> COCODocument {
    var cursor = try JSONCursor(text, nestingMax: nestingMax)
    var document = COCODocument(file: file)
    guard cursor.kind() == .object else {
      try cursor.skip()
      return document
    }
    try cursor.object { key, cursor throws(SyntaxError) in
      guard ["images", "annotations", "categories"].contains(key), cursor.kind() == .array else {
        return try cursor.skip()
      }
      guard document.found.insert(key).inserted else {
        throw cursor.wrong("'\(key)' is there twice")
      }
      try cursor.array { cursor throws(SyntaxError) in
        switch key {
        case "images": document.images.append(try image(&cursor))
        case "categories": document.categories.append(try category(&cursor))
        default: document.annotations.append(try annotation(&cursor))
        }
      }
    }
    try cursor.end()
    return document
  }

  private static func image(_ cursor: inout JSONCursor) throws(SyntaxError) -> Image {
    var image = Image()
    try cursor.object { key, cursor throws(SyntaxError) in
      switch key {
      case "id": image.id = try integer(&cursor)
      case "width": image.size.width = try integer(&cursor)
      case "height": image.size.height = try integer(&cursor)
      case "file_name" where cursor.kind() == .string:
        image.name = try cursor.string()
        image.line = cursor.line
      default: try cursor.skip()
      }
      if image.line == 0 { image.line = cursor.line }
    }
    return image
  }

  private static func category(_ cursor: inout JSONCursor) throws(SyntaxError) -> Category {
    var category = Category()
    try cursor.object { key, cursor throws(SyntaxError) in
      switch key {
      case "id": category.id = try integer(&cursor)
      case "name" where cursor.kind() == .string: category.name = try cursor.string()
      default: try cursor.skip()
      }
      if category.line == 0 { category.line = cursor.line }
    }
    return category
  }

  private static func annotation(_ cursor: inout JSONCursor) throws(SyntaxError) -> Annotation {
    var annotation = Annotation()
    try cursor.object { key, cursor throws(SyntaxError) in
      switch key {
      case "image_id": annotation.image = try integer(&cursor)
      case "category_id": annotation.category = try integer(&cursor)
      case "iscrowd" where cursor.kind() == .number:
        annotation.isCrowd = try cursor.number() == 1
      case "bbox" where cursor.kind() == .array:
        annotation.line = cursor.line
        try cursor.array { cursor throws(SyntaxError) in
          guard cursor.kind() == .number else {
            annotation.box.append(.nan)
            return try cursor.skip()
          }
          annotation.box.append(try cursor.number())
        }
      default: try cursor.skip()
      }
      if annotation.line == 0 { annotation.line = cursor.line }
    }
    return annotation
  }

  /// A whole number; -1, which is not an id, for anything else.
  private static func integer(_ cursor: inout JSONCursor) throws(SyntaxError) -> Int {
    guard cursor.kind() == .number else {
      try cursor.skip()
      return -1
    }
    return Int(exactly: try cursor.number()) ?? -1
  }
}
