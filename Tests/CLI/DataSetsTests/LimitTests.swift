import DataSets
import Testing

@Suite struct `A data set's limits` {
  private func csv(_ rows: [String]) throws -> Shelf {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    try shelf.put("x.csv", (["path,class,x_min,y_min,x_max,y_max"] + rows).joined(separator: "\n"))
    return shelf
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `allow so many boxes in an image`(count: Int, accepted: Bool) throws {
    let shelf = try csv(Array(repeating: "a.png,cat,1,2,3,4", count: count))
    #expect(try shelf.read().dataSet.images.count == (accepted ? 1 : 0))
    #expect(try shelf.problems() == (accepted ? [] : ["a.png: 1001 boxes; the limit is 1000"]))
  }

  @Test(arguments: [(64, true), (65, false)])
  func `allow so long a class name`(bytes: Int, accepted: Bool) throws {
    let shelf = try csv(["a.png,\(String(repeating: "n", count: bytes)),1,2,3,4"])
    #expect(try shelf.read().problems.isEmpty == accepted)
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `allow so many classes`(count: Int, accepted: Bool) throws {
    let shelf = try csv((0..<count).map { "a.png,c\($0),1,2,3,4" })
    var limits = DataSetLimits()
    limits.boxesMax = 2_000
    if accepted {
      #expect(try shelf.read(limits: limits).dataSet.classNames.count == count)
    } else {
      #expect(
        throws: DataSetError.tooMany(what: "classes", of: shelf.path, value: count, limit: 1_000)
      ) { try shelf.read(limits: limits) }
    }
  }

  @Test(arguments: [(2, true), (1, false)])
  func `allow so many files`(filesMax: Int, accepted: Bool) throws {
    let shelf = try csv([])
    var limits = DataSetLimits()
    limits.filesMax = filesMax
    if accepted {
      #expect(try shelf.read(limits: limits).problems.isEmpty)
    } else {
      #expect(throws: DataSetError.tooMany(what: "files", of: shelf.path, value: 2, limit: 1)) {
        try shelf.read(limits: limits)
      }
    }
  }

  @Test(arguments: [(2, true), (1, false)])
  func `allow folders so deep`(depthMax: Int, accepted: Bool) throws {
    let shelf = try Shelf()
    try shelf.putImage("a/b/1.png")
    var limits = DataSetLimits()
    limits.depthMax = depthMax
    if accepted {
      #expect(try shelf.read(limits: limits).dataSet.images.count == 1)
    } else {
      #expect(
        throws: DataSetError.tooMany(
          what: "levels of folders", of: shelf.path, value: 2, limit: 1)
      ) { try shelf.read(limits: limits) }
    }
  }

  @Test(arguments: [0, 1])
  func `allow tables so long`(past: Int) throws {
    let shelf = try csv([])
    var limits = DataSetLimits()
    limits.tableBytesMax = "path,class,x_min,y_min,x_max,y_max".utf8.count - past
    if past == 0 {
      #expect(try shelf.read(limits: limits).problems.isEmpty)
    } else {
      #expect(throws: DataSetError.self) { try shelf.read(limits: limits) }
    }
  }

  @Test(arguments: [(32, true), (33, false)])
  func `allow elements and values so deep`(depth: Int, accepted: Bool) throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    let inside = depth - 1
    try shelf.put(
      "a.xml",
      "<annotation>" + String(repeating: "<b>", count: inside)
        + String(repeating: "</b>", count: inside) + "</annotation>")
    #expect(try shelf.read(.voc).problems.isEmpty == accepted)
    // The document is an object already.
    try shelf.put(
      "a.json",
      "{\"images\": [], \"annotations\": [], \"categories\": [], \"x\": "
        + String(repeating: "[", count: inside) + String(repeating: "]", count: inside) + "}")
    if accepted {
      #expect(try shelf.read(.coco).dataSet.images.isEmpty)
    } else {
      #expect(throws: DataSetError.self) { try shelf.read(.coco) }
    }
  }

  @Test(arguments: [(32, true), (33, false)])
  func `allow values of YAML so deep`(depth: Int, accepted: Bool) throws {
    let shelf = try Shelf()
    try shelf.putImage("images/a.png")
    for (open, close) in [("[", "]"), ("- ", ""), ("? ", "")] {
      // The document is a map already; a million would be a stack's end.
      let inside = accepted ? depth - 1 : 1_000_000
      try shelf.put(
        "data.yaml",
        "train: images\nnames: [a]\nx:\n  " + String(repeating: open, count: inside)
          + (accepted ? String(repeating: close, count: inside) : ""))
      if accepted {
        #expect(try shelf.read(.yolo).problems.isEmpty)
      } else {
        #expect(
          throws: DataSetError.damaged(
            file: "data.yaml", line: 4, reason: "33 values within each other; the limit is 32")
        ) { try shelf.read(.yolo) }
      }
    }
  }

  @Test(arguments: [0, 1])
  func `allow so many elements and attributes of XML`(past: Int) throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    var limits = DataSetLimits()
    (limits.elementsMax, limits.attributesMax) = (4, 4)
    func problems(_ inside: String, attributes: String = "") throws -> [String] {
      try shelf.put("a.xml", "<annotation\(attributes)>\(inside)</annotation>")
      return try shelf.read(.voc, limits: limits).problems.kept.map(\.message)
    }
    #expect(
      try problems(String(repeating: "<b/>", count: 3 + past))
        == (past == 0 ? [] : ["5 elements; the limit is 4"]))
    let attributes = (0..<4 + past).map { " a\($0)=''" }.joined()
    #expect(
      try problems("", attributes: attributes)
        == (past == 0 ? [] : ["5 attributes; the limit is 4"]))
  }

  @Test func `keep so many problems and count the rest`() throws {
    let shelf = try csv(Array(repeating: "gone.png,cat,1,2,3,4", count: 12))
    var limits = DataSetLimits()
    limits.problemsMax = 10
    let problems = try shelf.read(limits: limits).problems
    #expect(problems.kept.count == 10)
    #expect(problems.count == 12)
  }

  @Test func `end a billion laughs at the first`() throws {
    let shelf = try Shelf()
    try shelf.putImage("a.png")
    let entities = (1...9).map { "<!ENTITY l\($0) \"&l\($0 - 1);&l\($0 - 1);\">" }.joined()
    try shelf.put(
      "a.xml", "<!DOCTYPE a [<!ENTITY l0 \"ha\">\(entities)]><annotation>&l9;</annotation>")
    #expect(
      try shelf.problems(.voc) == ["a.xml:1: a DOCTYPE or declaration; these are refused"])
  }
}
