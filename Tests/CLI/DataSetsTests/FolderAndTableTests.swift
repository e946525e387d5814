import DataSets
import Foundation
import Testing

@Suite struct `ImageFolder` {
  @Test func `takes folders for classes, also within parts`() throws {
    let shelf = try Shelf()
    try shelf.putImage("cat/1.png")
    try shelf.putImage("dog/deep/2.png")
    try shelf.putImage("top.png")
    let plain = try shelf.read()
    #expect(plain.format == .folder)
    #expect(plain.dataSet.images.map(\.label) == [.className("cat"), .className("dog"), nil])
    #expect(plain.dataSet.images.map(\.split) == [nil, nil, nil])

    let parts = try Shelf()
    try parts.putImage("train/cat/1.png")
    try parts.putImage("valid/dog/2.png")
    let reading = try parts.read()
    #expect(reading.dataSet.classNames == ["cat", "dog"])
    #expect(reading.dataSet.images.map(\.split) == [.train, .val])
  }

  @Test func `takes parts from lists, and tells lines that lead nowhere`() throws {
    let shelf = try Shelf()
    try shelf.putImage("cat/1.png")
    try shelf.putImage("cat/2.png")
    try shelf.put("train.txt", "cat/1.png\tcat\n\ncat/9.png\n../x.png\n")
    try shelf.put("test.txt", "cat/2.png\r\n")
    let reading = try shelf.read()
    #expect(reading.dataSet.images.map(\.split) == [.train, .test])
    #expect(
      reading.problems.kept.map(\.description) == [
        "train.txt:3: there is no image cat/9.png",
        "train.txt:4: the path leads out of the data set's folder",
      ])
  }

  @Test func `does not follow symbolic links`() throws {
    let outside = try Shelf()
    try outside.putImage("secret/1.png")
    let shelf = try Shelf()
    try shelf.putImage("cat/1.png")
    try FileManager.default.createSymbolicLink(
      atPath: shelf.path + "/link", withDestinationPath: outside.path)
    try FileManager.default.createSymbolicLink(
      atPath: shelf.path + "/cat/2.png", withDestinationPath: outside.path + "/secret/1.png")
    #expect(try shelf.read().dataSet.images.map(\.path) == ["cat/1.png"])
  }
}

@Suite struct `CSV` {
  @Test func `holds classes`() throws {
    let shelf = try Shelf()
    try shelf.putImage("images/a.png")
    try shelf.putImage("images/b, \"c\".png")
    try shelf.put(
      "labels.csv",
      "Path,Label,Split\r\na.png,cat,train\r\n\"images/b, \"\"c\"\".png\",\"d\ne\",\r\n")
    let reading = try shelf.read()
    #expect(reading.format == .csv)
    #expect(reading.dataSet.images.map(\.split) == [.train])
    #expect(reading.problems.kept.map(\.line) == [3])  // a class name with a line end
  }

  @Test func `holds boxes, and images without any`() throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    try shelf.putImage("b.png")
    try shelf.put(
      "train_labels.csv",
      "filename,width,height,class,xmin,ymin,xmax,ymax\na.png,100,50,cat,1,2,3,4\n"
        + "a.png,100,50,dog,5,6,7,8\nb.png,100,50,,,,,\n")
    let reading = try shelf.read()
    #expect(reading.problems.kept.map(\.description) == [])
    #expect(
      reading.dataSet.images.map(\.label) == [
        .boxes([
          LabeledBox(className: "cat", xMin: 1, yMin: 2, xMax: 3, yMax: 4),
          LabeledBox(className: "dog", xMin: 5, yMin: 6, xMax: 7, yMax: 8),
        ]), .boxes([]),
      ])
    #expect(reading.dataSet.images.map(\.split) == [.train, .train])
  }

  @Test(arguments: [
    ("a.png,cat,1,2,3", "5 cells; the header has 6"),
    ("gone.png,cat,1,2,3,4", "the image 'gone.png' is not there"),
    ("../../a.png,cat,1,2,3,4", "'../../a.png': the path leads out of the data set's folder"),
    (
      "/etc/a.png,cat,1,2,3,4",
      "'/etc/a.png': the path is absolute; it must be relative to the data set's folder"
    ),
    (",cat,1,2,3,4", "'': the path is empty"),
    ("a.png,cat,1,2,x,4", "'1,2,x,4' are not four numbers"),
    ("a.png,cat,1,2,,4", "'1,2,,4' are not four numbers"),
    ("a.png,,1,2,3,4", "a class without a name"),
    ("a.png,cat,nan,2,3,4", "x_min is nan; it must be a finite number"),
    ("a.png,cat,1,4,3,4", "a degenerate box of 2.0 x 0.0 pixels"),
  ])
  func `tells a bad row with its line`(row: String, reason: String) throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    try shelf.put("x.csv", "path,class,x_min,y_min,x_max,y_max\na.png,cat,1,2,3,4\n\(row)\n")
    #expect(try shelf.problems() == ["x.csv:3: \(reason)"])
  }

  @Test(arguments: [
    ("", "x.csv line 1: the table is empty"),
    ("a,b\n", "x.csv line 1: no column 'path' in the header"),
    ("path\n", "x.csv line 1: no column 'class' in the header"),
    (
      "path,class,xmin\n",
      "x.csv line 1: only some of x_min, y_min, x_max and y_max in the header"
    ),
    ("path,class\n\"a", "x.csv line 2: a quoted cell without an end"),
  ])
  func `refuses a table that cannot be understood`(text: String, reason: String) throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    try shelf.put("x.csv", text)
    let error = #expect(throws: DataSetError.self) { try shelf.read(.csv) }
    #expect(error?.description == reason)
  }
}
