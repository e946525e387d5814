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
    ("", "<a><b></a></b>", "it is not XML: Opening and ending tag mismatch: b line 2 and a"),
    ("", "<a b", "it is not XML: Specification mandates value for attribute b"),
    ("", "<a x=1/>", "it is not XML: AttValue: \" or ' expected"),
    ("", "fish & chips", "it is not XML: xmlParseEntityRef: no name"),
    ("", "&#0;", "it is not XML: xmlParseCharRef: invalid xmlChar value 0"),
    ("", "&#xD800;", "it is not XML: xmlParseCharRef: invalid xmlChar value 55296"),
    ("x", "", "it is not XML: Start tag expected, '<' not found"),
    ("<a/>", "", "it is not XML: Extra content at the end of the document"),
    ("", "<![CDATA[", "it is not XML: CData section not finished"),
    ("", "<!--", "it is not XML: Comment not terminated"),
    ("<!DOCTYPE annotation>", "", "a DOCTYPE or declaration; these are refused"),
    ("<?xml version='1.0' encoding='x-none'?>", "", "it is not XML: Unsupported encoding x-none"),
    ("<?word?>", "<b>", "it is not XML: Opening and ending tag mismatch: b line 2 and annotation"),
  ])
  func `refuses what it does not read, and expands nothing`(
    prolog: String, inside: String, reason: String
  ) throws {
    let problems = try shelf(inside, prolog: prolog).problems(.voc)
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix("Annotations/a.xml:"))
    #expect(problems[0].hasSuffix(": \(reason)"))
  }

  @Test func `is read in the encoding that it declares`() throws {
    let shelf = try shelf("")
    let text = object("Stra\u{DF}e")
    func document(_ encoding: String) -> String {
      "<?xml version='1.0' encoding='\(encoding)'?><annotation>\(text)</annotation>"
    }
    try shelf.put(
      "Annotations/a.xml", document("ISO-8859-1").unicodeScalars.map { UInt8($0.value) })
    #expect(try shelf.read().dataSet.classNames == ["Stra\u{DF}e"])
    func wide(_ text: String) -> [UInt8] {
      text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    }
    try shelf.put("Annotations/a.xml", [0xFF, 0xFE] + wide(document("UTF-16")))
    #expect(try shelf.read().dataSet.classNames == ["Stra\u{DF}e"])
    try shelf.put(
      "Annotations/a.xml", [0xFF, 0xFE] + wide("<!DOCTYPE a>" + document("UTF-16")))
    #expect(
      try shelf.problems() == [
        "Annotations/a.xml:1: a DOCTYPE or declaration; these are refused"
      ])
    let broken = Array("<annotation><n".utf8) + [0xE9] + Array("b/></annotation>".utf8)
    try shelf.put("Annotations/a.xml", broken)
    #expect(
      try shelf.problems() == [
        "Annotations/a.xml:1: it is not XML: Input is not proper UTF-8, indicate encoding !"
      ])
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
