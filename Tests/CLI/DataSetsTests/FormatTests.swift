import DataSets
import SeededRandom
import Testing

@Suite struct `The format of a folder` {
  @Test func `is told from its files, unless several fit`() throws {
    let shelf = try Shelf()
    #expect(throws: DataSetError.unknownFormat(shelf.path)) { try shelf.read() }
    try shelf.putImage("images/a.png")
    #expect(try shelf.read().format == .folder)
    try shelf.put("data.yaml", "train: images\nnames: [a]\n")
    #expect(try shelf.read().format == .yolo)
    try shelf.put("Annotations/a.xml", "<annotation/>")
    #expect(throws: DataSetError.ambiguousFormat(shelf.path, [.yolo, .voc])) { try shelf.read() }
    #expect(try shelf.read(.voc).format == .voc)
  }

  @Test(arguments: DataSetFormat.allCases)
  func `needs its files`(format: DataSetFormat) throws {
    let shelf = try Shelf()
    #expect(throws: DataSetError.self) { try shelf.read(format) }
    #expect(throws: DataSetError.notAFolder("/none")) {
      try DataSetReader(folder: "/none", format: format).read()
    }
  }

  @Test func `does not matter where a file is not UTF-8`() throws {
    let shelf = try Shelf()
    try shelf.put("x.csv", [0x61, 0xFF])
    #expect(throws: DataSetError.unreadable(file: "x.csv")) { try shelf.read(.csv) }
  }
}

@Suite struct `An image's size` {
  private func size(_ bytes: [UInt8]) throws -> PixelSize? {
    let shelf = try Shelf()
    try shelf.put("a.png", bytes)
    try shelf.put("x.csv", "path,class,x_min,y_min,x_max,y_max\na.png,,,,,\n")
    return try shelf.read().dataSet.images.first?.size
  }

  @Test func `is read from each format's header`() throws {
    let expected = PixelSize(width: 1234, height: 567)
    #expect(try size(Picture.png(1234, 567)) == expected)
    #expect(try size(Picture.jpeg(1234, 567)) == expected)
    #expect(try size(Picture.gif(1234, 567)) == expected)
    for kind in ["VP8 ", "VP8L", "VP8X"] {
      #expect(try size(Picture.webP(kind, 1234, 567)) == expected)
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt8>)
  func `is that of the image as it is shown`(orientation: UInt8) throws {
    let shown = try size(Picture.jpeg(1234, 567, orientation: orientation))
    #expect(
      shown
        == (orientation < 5
          ? PixelSize(width: 1234, height: 567) : PixelSize(width: 567, height: 1234)))
  }

  @Test(
    arguments: [
      [], [0x42, 0x4D], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xC0, 0, 0], Picture.png(0, 5),
      Array(Picture.png(5, 5).prefix(20)), Array("GIF89a".utf8), Array("RIFF0000WEBPVP8 ".utf8),
    ] as [[UInt8]])
  func `is missing where the header is no good`(bytes: [UInt8]) throws {
    #expect(try size(bytes) == nil)
  }
}

@Suite struct `Damaged labels` {
  private static let samples: [(DataSetFormat, String, String)] = [
    (.yolo, "data.yaml", "train: images\nnames:\n  0: cat # x\n  1: 'dog'\nnc: 2\n"),
    (.yolo, "labels/a.txt", "0 0.5 0.5 0.2 0.4\n1 1e-3 0.5 0.2 0.4\n"),
    (
      .coco, "a.json",
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 1, "
        + "\"name\": \"\\u0041\"}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1, "
        + "\"bbox\": [1, 2.5, 3e0, -4]}]}"
    ),
    (
      .voc, "a.xml",
      "<?xml?><annotation a='b'><filename>a.png</filename><object><name>&#65;</name><bndbox>"
        + "<xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>"
    ),
    (.csv, "x.csv", "path,class,x_min,y_min,x_max,y_max\n\"a.png\",cat,1,2,3,4\n"),
  ]

  /// What comes back is either an error or a data set in which every box is a good one.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `never break the reader`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for (format, file, text) in Self.samples {
      let shelf = try Shelf()
      try shelf.putImage("images/a.png")
      if file != "data.yaml" { try shelf.put("data.yaml", "train: images\nnames: [a, b]\n") }
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
        default: bytes = Array(bytes.prefix(place + 1))
        }
      }
      try shelf.put(file, bytes)
      do {
        for image in try shelf.read(format).dataSet.images {
          guard case .boxes(let boxes) = image.label, let size = image.size else { continue }
          for box in boxes {
            #expect(box.xMin < box.xMax && box.yMin < box.yMax && box.xMax > 0 && box.yMax > 0)
            #expect(box.xMin < Double(size.width) && box.yMin < Double(size.height))
          }
        }
      } catch is DataSetError {
        continue
      }
    }
  }
}
