import DataSets
import Testing

@Suite struct `Pascal VOC` {
  private func object(_ name: String = "cat", _ sides: [String] = ["1", "2", "30", "40"]) -> String
  {
    "<object>\n<name>\(name)</name><bndbox><xmin>\(sides[0])</xmin><ymin>\(sides[1])</ymin>"
      + "<xmax>\(sides[2])</xmax><ymax>\(sides[3])</ymax></bndbox></object>\n"
  }

  private func shelf(_ inside: String, prolog: String = "") throws -> Shelf {
    let shelf = try Shelf()
    try shelf.putImage("JPEGImages/a.png")
    try shelf.put(
      "Annotations/a.xml",
      "\(prolog)<annotation><filename>a.png</filename>\n\(inside)</annotation>\n")
    return shelf
  }

  @Test func `is read, and an image without objects is background`() throws {
    let shelf = try shelf(
      "<!-- one -->" + object("a &amp; b", ["1.5", "2", "30", "40"]),
      prolog: "<?xml version=\"1.0\"?>\n")
    try shelf.putImage("JPEGImages/b.jpg.png")
    try shelf.put("Annotations/b.jpg.xml", "<annotation verified='yes'/>")
    try shelf.put("ImageSets/Main/train.txt", "a 1\n")
    try shelf.put("ImageSets/Main/val.txt", "b.jpg\n")
    let reading = try shelf.read()
    #expect(reading.format == .voc)
    #expect(reading.problems.kept.map(\.description) == [])
    #expect(reading.dataSet.classNames == ["a & b"])
    let box = LabeledBox(className: "a & b", xMin: 1.5, yMin: 2, xMax: 30, yMax: 40)
    #expect(reading.dataSet.images.map(\.label) == [.boxes([box]), .boxes([])])
    #expect(reading.dataSet.images.map(\.split) == [.train, .val])
  }

  @Test(arguments: [
    (
      "<!DOCTYPE annotation [<!ENTITY a \"b\">]>", "", "a DOCTYPE or declaration; these are refused"
    ),
    (
      "", "<object><name>&lol;</name></object>",
      "'&lol;': entities other than XML's own are refused"
    ),
    ("", "<a><b></a></b>", "an end tag of a that was not opened last"),
    ("", "<a b", "an attribute of a has no value"),
    ("", "<a x=1/>", "an attribute of a has a value without quotes"),
    ("", "fish & chips", "`&` that begins no character reference"),
    ("", "&#0;", "'&#0;': entities other than XML's own are refused"),
    ("", "&#xD800;", "'&#xD800;': entities other than XML's own are refused"),
    ("x", "", "text outside the root element"), ("<a/>", "", "a second root element"),
    ("", "<![CDATA[", "a CDATA section without an end"), ("", "<!--", "a comment without an end"),
  ])
  func `refuses what it does not read, and expands nothing`(
    prolog: String, inside: String, reason: String
  ) throws {
    let problems = try shelf(inside, prolog: prolog).problems(.voc)
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix("Annotations/a.xml:"))
    #expect(problems[0].hasSuffix(": \(reason)"))
  }

  @Test(arguments: [
    (["NaN", "2", "30", "40"], "2: x_min is nan; it must be a finite number"),
    (["30", "2", "1", "40"], "2: a reversed box: x_min 30.0 is past x_max 1.0"),
    (["1", "2", "1", "40"], "2: a degenerate box of 0.0 x 38.0 pixels"),
    (["1", "", "30", "40"], "3: ymin is '', which is not a number"),
    (
      ["100", "2", "130", "40"],
      "2: a box from (100.0, 2.0) to (130.0, 40.0) outside the image of 100 x 50 pixels"
    ),
  ])
  func `tells a bad box with its line`(sides: [String], reason: String) throws {
    #expect(try shelf(object("cat", sides)).problems() == ["Annotations/a.xml:\(reason)"])
    #expect(try shelf(object("cat", sides) + object()).read().dataSet.images.count == 1)
  }

  @Test func `tells what is missing`() throws {
    #expect(
      try shelf("<object><bndbox/></object>").problems() == [
        "Annotations/a.xml:2: an object without a name"
      ])
    #expect(
      try shelf("<object><name>a</name></object>").problems() == [
        "Annotations/a.xml:2: an object without a bndbox"
      ])
    #expect(
      try shelf("<object><name>a</name><bndbox><xmin>1</xmin></bndbox></object>").problems() == [
        "Annotations/a.xml:2: a bndbox without ymin"
      ])
    let shelf = try shelf("")
    try shelf.put("Annotations/b.xml", "<annotation><filename>../../x.png</filename></annotation>")
    try shelf.put("Annotations/c.xml", "<other/>")
    #expect(
      try shelf.problems() == [
        "Annotations/b.xml:1: labels for the image '../../x.png', which is not there",
        "Annotations/c.xml:1: the root element is other; want annotation",
      ])
  }

  @Test func `tells a size that is not the image's`() throws {
    let size = "<size><width>50</width><height>100</height></size>"
    #expect(
      try shelf(size).problems() == [
        "Annotations/a.xml:1: JPEGImages/a.png is said to have 50 x 100 pixels; as it is shown it "
          + "has 100 x 50"
      ])
    let unknown = "<size><width>0</width><height>0</height></size>"
    #expect(try shelf(unknown).problems() == [])
  }
}
