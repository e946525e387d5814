import DataSets
import Testing

@Suite struct `COCO` {
  private static let images = """
    {"id": 7, "file_name": "a.png", "width": 100, "height": 50},
    {"id": 8, "file_name": "b.png", "width": 100, "height": 50}
    """
  private static let categories = "{\"id\": 3, \"name\": \"cat\"}, {\"id\": 1, \"name\": \"dog\"}"

  private func shelf(
    images: String = images, annotations: String, categories: String = categories
  ) throws -> Shelf {
    let shelf = try Shelf()
    try shelf.putImage("images/a.png")
    try shelf.putImage("images/b.png")
    try shelf.put(
      "annotations/instances_val2017.json",
      "{\"info\": {\"x\": [1]}, \"images\": [\(images)],\n\"annotations\": [\n\(annotations)\n],"
        + "\n\"categories\": [\(categories)]}")
    return shelf
  }

  @Test func `is read with crowds, in the order of its categories`() throws {
    let shelf = try shelf(
      annotations: """
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 10, 20.5], "iscrowd": 0,
         "segmentation": [[1, 2, 3]], "area": 4},
        {"image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 1}
        """)
    let reading = try shelf.read()
    #expect(reading.format == .coco)
    #expect(reading.problems.kept.map(\.description) == [])
    #expect(reading.dataSet.classNames == ["dog", "cat"])
    #expect(
      reading.dataSet.images.map(\.label) == [
        .boxes([
          LabeledBox(className: "cat", xMin: 1, yMin: 2, xMax: 11, yMax: 22.5),
          LabeledBox(className: "dog", xMin: 0, yMin: 0, xMax: 5, yMax: 5, isCrowd: true),
        ]),
        .boxes([]),
      ])
    #expect(reading.dataSet.images.map(\.split) == [.val, .val])
  }

  @Test(arguments: [
    (
      "{\"image_id\": 9, \"category_id\": 3, \"bbox\": [1, 2, 3, 4]}",
      "an annotation of the image with id 9, which is not there"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 4, \"bbox\": [1, 2, 3, 4]}",
      "an annotation of the category with id 4, which is not there"
    ),
    (
      "{\"category_id\": 3, \"bbox\": [1, 2, 3, 4]}",
      "an annotation of the image with id -1, which is not there"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3}",
      "a bbox of 0 numbers; want left, top, width, height"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, 2, 3]}",
      "a bbox of 3 numbers; want left, top, width, height"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [NaN, 2, 3, 4]}",
      "x_min is nan; it must be a finite number"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, 2, 1e999, 4]}",
      "x_max is inf; it must be a finite number"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, null, 3, 4]}",
      "y_min is nan; it must be a finite number"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, 2, -3, 4]}",
      "a reversed box: x_min 1.0 is past x_max -2.0"
    ),
    (
      "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, 2, 0, 0]}",
      "a degenerate box of 0.0 x 0.0 pixels"
    ),
  ])
  func `tells a bad annotation with its line`(annotation: String, reason: String) throws {
    let good = "{\"image_id\": 7, \"category_id\": 3, \"bbox\": [1, 2, 3, 4]}"
    let shelf = try shelf(annotations: "\(good),\n\(annotation)")
    #expect(try shelf.problems() == ["annotations/instances_val2017.json:5: \(reason)"])
    guard case .boxes(let boxes) = try shelf.read().dataSet.images[0].label else {
      Issue.record("no boxes")
      return
    }
    #expect(boxes.count == 1)
  }

  @Test func `tells images that are missing, twice there or outside`() throws {
    let shelf = try shelf(
      images: """
        {"id": 1, "file_name": "gone.png"},
        {"id": 2, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"},
        {"id": 3, "file_name": "a.png"},
        {"id": 4, "file_name": "../../etc/passwd"},
        {"id": 5, "file_name": "b.png", "width": 50, "height": 100}
        """,
      annotations: "{\"image_id\": 1, \"category_id\": 3, \"bbox\": [1, 2, 3, 4]}")
    let file = "annotations/instances_val2017.json"
    #expect(
      try shelf.problems() == [
        "\(file):1: the image 'gone.png' is not there",
        "\(file):2: the image id 2 is there twice",
        "\(file):3: the image images/a.png is there already",
        "\(file):4: '../../etc/passwd': the path leads out of the data set's folder",
        "\(file):5: images/b.png is said to have 50 x 100 pixels; as it is shown it has 100 x 50",
      ])
  }

  @Test func `tells categories that cannot be used`() throws {
    let shelf = try shelf(
      annotations: "",
      categories: "{\"id\": 1, \"name\": \"a/b\"},\n{\"id\": 2, \"name\": \"c\"},"
        + "\n{\"id\": 2, \"name\": \"d\"},\n{\"id\": 3, \"name\": \"c\"}")
    let file = "annotations/instances_val2017.json"
    let name = "no `/`, `\\`, control characters or spaces around it"
    #expect(
      try shelf.problems() == [
        "\(file):6: the class name 'a/b': \(name)", "\(file):8: the category id 2 is there twice",
        "\(file):9: the category 'c' is there twice",
      ])
  }

  @Test(arguments: [
    ("{", "a key is missing"), ("{\"images\": [}", "an object is missing"),
    ("{\"images\": [{\"id\": 1]", "`,` or `}` is missing"),
    ("{\"images\": [], \"images\": []}", "'images' is there twice"),
    ("{} x", "something stands behind the document"),
    ("{\"a\": \"\\ud800\"}", "half a surrogate pair"), ("{\"a\": 1x}", "`,` or `}` is missing"),
    ("{\"a\": -}", "'-' is not a value of JSON"), ("{\"a\": \"b", "a string without an end"),
  ])
  func `refuses broken JSON with its line`(text: String, reason: String) throws {
    let shelf = try Shelf()
    try shelf.put("all.json", text)
    #expect(throws: DataSetError.damaged(file: "all.json", line: 1, reason: reason)) {
      try shelf.read(.coco)
    }
  }

  @Test func `passes over other JSON`() throws {
    let shelf = try shelf(annotations: "")
    try shelf.put("package.json", "{\"name\": \"x\"}")
    try shelf.put("list.json", "[1, true, null]")
    #expect(try shelf.read().dataSet.images.count == 2)
  }
}
