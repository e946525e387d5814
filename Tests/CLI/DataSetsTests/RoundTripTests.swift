import DataSets
import SeededRandom
import Testing

private let boxFormats = DataSetFormat.allCases.filter(\.holdsBoxes)
private let classFormats = DataSetFormat.allCases.filter(\.holdsClasses)

/// Every pair of formats that can hold the same labels.
private func pairs(_ formats: [DataSetFormat]) -> [(DataSetFormat, DataSetFormat)] {
  formats.flatMap { first in formats.map { (first, $0) } }
}

@Suite struct `A round trip` {
  private let names = ["cat", "dog & <fox>", "a \"b\", c: #d", "Ж 猫", "it's"]

  private func randomBoxes(seed: UInt64) -> [LabeledImage] {
    var random = SeededGenerator(seed: seed)
    return (0..<8).map { number in
      let size = PixelSize(
        width: .random(in: 1...5000, using: &random), height: .random(in: 1...5000, using: &random))
      let (width, height) = (Double(size.width), Double(size.height))
      let boxes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        // Some reach out of the image.
        let left = Double.random(in: -0.2...0.9, using: &random) * width
        let top = Double.random(in: -0.2...0.9, using: &random) * height
        return LabeledBox(
          className: names.randomElement(using: &random) ?? "", xMin: left, yMin: top,
          xMax: max(left, 0) + Double.random(in: 0.001...1, using: &random) * width,
          yMax: max(top, 0) + Double.random(in: 0.001...1, using: &random) * height)
      }
      return LabeledImage(
        path: "\(number).png", size: size, label: .boxes(boxes),
        split: Split.allCases.randomElement(using: &random))
    }
  }

  /// Writes and reads again; images are taken by their names.
  private func passed(
    _ images: [LabeledImage], through format: DataSetFormat
  ) throws -> DataSetReader.Reading {
    let shelf = try Shelf()
    let placed = images.map { image in
      var image = image
      let name = image.path.split(separator: "/").last.map(String.init) ?? ""
      image.path = format.imagePath(name: name, label: image.label, split: image.split)
      return image
    }
    for image in placed {
      try shelf.putImage(image.path, image.size?.width ?? 1, image.size?.height ?? 1)
    }
    try DataSetWriter(format: format).write(
      DataSet(classNames: names, images: placed), to: shelf.path)
    let reading = try shelf.read()
    #expect(reading.format == format)
    #expect(reading.problems.kept.map(\.description) == [])
    return reading
  }

  private func byName(_ images: [LabeledImage]) -> [String: LabeledImage] {
    Dictionary(
      images.map { ($0.path.split(separator: "/").last.map(String.init) ?? "", $0) },
      uniquingKeysWith: { first, _ in first })
  }

  @Test(arguments: pairs(boxFormats), 0..<3 as Range<UInt64>)
  func `keeps each box to a millionth of the image`(
    formats: (DataSetFormat, DataSetFormat), seed: UInt64
  ) throws {
    let images = randomBoxes(seed: seed)
    let once = try passed(images, through: formats.0)
    let twice = try passed(once.dataSet.images, through: formats.1)
    let back = byName(twice.dataSet.images)
    #expect(back.count == images.count)
    for image in images {
      let other = try #require(back[image.path])
      guard case .boxes(let boxes) = image.label, case .boxes(let found) = other.label,
        let size = image.size
      else {
        Issue.record("\(image.path) lost its boxes")
        continue
      }
      #expect(other.size == image.size)
      #expect(other.split == image.split)
      #expect(found.map(\.className) == boxes.map(\.className))
      for (box, found) in zip(boxes, found) {
        #expect(abs(box.xMin - found.xMin) <= 1e-6 * Double(size.width))
        #expect(abs(box.xMax - found.xMax) <= 1e-6 * Double(size.width))
        #expect(abs(box.yMin - found.yMin) <= 1e-6 * Double(size.height))
        #expect(abs(box.yMax - found.yMax) <= 1e-6 * Double(size.height))
      }
    }
  }

  @Test(arguments: pairs(classFormats))
  func `keeps each class`(formats: (DataSetFormat, DataSetFormat)) throws {
    let images = names.enumerated().map { number, name in
      LabeledImage(
        path: "\(number).png", label: .className(name), split: Split.allCases[number % 3])
    }
    let once = try passed(images, through: formats.0)
    let back = byName(try passed(once.dataSet.images, through: formats.1).dataSet.images)
    for image in images {
      #expect(back[image.path]?.label == image.label)
      #expect(back[image.path]?.split == image.split)
    }
  }

  @Test func `through COCO keeps crowds, which the others refuse`() throws {
    let box = LabeledBox(className: "cat", xMin: 1, yMin: 2, xMax: 3, yMax: 4, isCrowd: true)
    let image = LabeledImage(
      path: "a.png", size: PixelSize(width: 9, height: 9), label: .boxes([box]))
    #expect(try passed([image], through: .coco).dataSet.images[0].label == .boxes([box]))
    for format in [DataSetFormat.yolo, .voc, .csv] {
      #expect(throws: DataSetError.cannotHold(format, what: "a crowd: a.png")) {
        try DataSetWriter(format: format).files(of: DataSet(classNames: ["cat"], images: [image]))
      }
    }
  }

  @Test func `is refused where a format cannot say it`() throws {
    let boxed = LabeledImage(
      path: "a.png", size: PixelSize(width: 9, height: 9), label: .boxes([]))
    let named = LabeledImage(path: "b.png", label: .className("cat"))
    func refusal(_ format: DataSetFormat, _ images: [LabeledImage]) -> DataSetError? {
      #expect(throws: DataSetError.self) {
        try DataSetWriter(format: format).files(of: DataSet(images: images))
      }
    }
    #expect(refusal(.folder, [boxed]) == .cannotHold(.folder, what: "boxes"))
    #expect(refusal(.yolo, [named]) == .cannotHold(.yolo, what: "the class of an image"))
    #expect(
      refusal(.csv, [boxed, named]) == .cannotHold(.csv, what: "classes and boxes side by side"))
    let twin = LabeledImage(
      path: "a.jpg", size: PixelSize(width: 9, height: 9), label: .boxes([]))
    #expect(
      refusal(.voc, [boxed, twin])
        == .cannotHold(.voc, what: "two images with labels in Annotations/a.xml"))
  }
}
