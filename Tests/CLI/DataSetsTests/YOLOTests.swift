import DataSets
import Testing

@Suite struct `YOLO` {
  private func shelf(_ labels: String, yaml: String = "train: images\nnames: [cat, dog]\n") throws
    -> Shelf
  {
    let shelf = try Shelf()
    try shelf.put("data.yaml", yaml)
    try shelf.putImage("images/a.png", 100, 50)
    try shelf.put("labels/a.txt", labels)
    return shelf
  }

  @Test func `is read into pixels, and images without labels are background`() throws {
    let shelf = try shelf("1 0.5 0.5 0.2 0.4\r\n\n")
    try shelf.putImage("images/b.png")
    try shelf.putImage("images/c.png")
    try shelf.put("labels/c.txt", "")
    let reading = try shelf.read()
    #expect(reading.format == .yolo)
    #expect(reading.problems.isEmpty)
    #expect(reading.dataSet.classNames == ["cat", "dog"])
    let box = LabeledBox(className: "dog", xMin: 40, yMin: 15, xMax: 60, yMax: 35)
    #expect(reading.dataSet.images.map(\.label) == [.boxes([box]), .boxes([]), .boxes([])])
    #expect(reading.dataSet.images.map(\.split) == [.train, .train, .train])
  }

  @Test(arguments: [
    ("2 0.5 0.5 0.2 0.4", "class '2'; there are 2 classes, from 0"),
    ("-1 0.5 0.5 0.2 0.4", "class '-1'; there are 2 classes, from 0"),
    ("cat 0.5 0.5 0.2 0.4", "class 'cat'; there are 2 classes, from 0"),
    ("0 0.5 0.5 0.2", "4 words; want class, center x, center y, width, height"),
    ("0 0.1 0.1 0.2 0.2 0.3 0.3", "7 words; want class, center x, center y, width, height"),
    ("0 0.5 half 0.2 0.4", "'half' is not a number"),
    ("0 nan 0.5 0.2 0.4", "x_min is nan; it must be a finite number"),
    ("0 0.5 inf 0.2 0.4", "y_min is inf; it must be a finite number"),
    ("0 0.5 0.5 0 0.4", "a degenerate box of 0.0 x 20.0 pixels"),
    ("0 0.5 0.5 -0.2 0.4", "a reversed box: x_min 60.0 is past x_max 40.0"),
    (
      "0 50 25 20 10",
      "a box from (4000.0, 1000.0) to (6000.0, 1500.0) outside the image of 100 x 50 pixels"
    ),
  ])
  func `tells a bad line with its place, and reads the rest`(line: String, reason: String) throws {
    let shelf = try shelf("0 0.5 0.5 0.2 0.4\n\(line)\n1 0.5 0.5 0.2 0.4\n")
    #expect(try shelf.problems() == ["labels/a.txt:2: \(reason)"])
    guard case .boxes(let boxes) = try shelf.read().dataSet.images[0].label else {
      Issue.record("no boxes")
      return
    }
    #expect(boxes.map(\.className) == ["cat", "dog"])
  }

  @Test func `tells labels without an image and folders without images`() throws {
    let shelf = try shelf("", yaml: "train: images\nval: other\nnames: [cat]\n")
    try shelf.put("labels/gone.txt", "0 0.5 0.5 0.2 0.4\n")
    #expect(
      try shelf.problems() == [
        "data.yaml:2: 'other' is not a folder with images",
        "labels/gone.txt: labels for an image that is not there",
      ])
  }

  @Test(arguments: [
    "train: images/train\nval: images/val\nnames: [cat, dog]\n",
    "path: .\ntrain: ./images/train # all\nval: [images/val]\nnc: 2\nnames:\n  0: cat\n  1: dog\n",
    "path: /home/somebody/set\ntrain: ../images/train\nval: ../images/val\nnames:\n- cat\n- 'dog'\n",
    "names: {0: cat, 1: \"dog\"}\ntrain:\n  - images/train\nval: val.txt\ndownload: |\n  &x *y !z\n",
    "train: images/train\nval: images/val\nnames: ['cat',\n  'dog']  # two\nroboflow:\n  a: [b, {c: d}]\n",
    "---\n? train\n: images/train\nval: >-\n  images/val\nnames: [\"c\\x61t\", \"\\u0064og\"]\nx: &y {<<: *z}\n",
  ])
  func `understands the ways data.yaml is written`(yaml: String) throws {
    let shelf = try Shelf()
    try shelf.put("data.yaml", yaml)
    try shelf.put("val.txt", "./images/val/b.png\n")
    try shelf.putImage("images/train/a.png")
    try shelf.putImage("images/val/b.png")
    try shelf.put("labels/val/b.txt", "1 0.5 0.5 0.2 0.4")
    let reading = try shelf.read(.yolo)
    #expect(reading.problems.kept.map(\.description) == [])
    #expect(reading.dataSet.classNames == ["cat", "dog"])
    #expect(reading.dataSet.images.map(\.path) == ["images/train/a.png", "images/val/b.png"])
    #expect(reading.dataSet.images.map(\.split) == [.train, .val])
  }

  @Test(arguments: [
    ("names: [a]\n", "data.yaml has neither train nor val nor test"),
    ("train: images\n", "data.yaml line 1: there are no names"),
    ("train: images\nnc: 3\nnames: [a]\n", "data.yaml line 2: nc is 3; there are 1 names"),
    (
      "train: images\nnames: {0: a, 2: b}\n", "data.yaml line 2: the class number '2'; want 1"
    ),
    ("train: images\nnames: [a, b\n", "data.yaml line 2: a bracket that is not closed"),
    ("train: images\nnames: [a, [b]]\n", "data.yaml line 2: brackets within brackets"),
    ("train: images\nnames: &x [a]\n", nil),
    ("train: images\nnames: *x\n", nil),
    ("train: images\nnames: !!python/object:os.system [a]\n", nil),
    ("train: images\nnames: [a]\nnames: [b]\n", "data.yaml line 3: 'names' stands there twice"),
    ("train: images\nnames: [a]\n---\nx: y\n", "data.yaml line 3: a second document; want one"),
    (
      "train: images\nnames: [\"a\\q\"]\n",
      "data.yaml line 2: it is not YAML: found unknown escape character"
    ),
    (
      "train: images\n\nnames: [a\u{1}]\n",
      "data.yaml line 3: it is not YAML: control characters are not allowed"
    ),
    (
      "train: images\nnames: {a: &x b}\n",
      "data.yaml line 2: anchors, aliases and tags of YAML are not read; want plain words"
    ),
    ("- train\n", "data.yaml line 1: neither a key nor its value"),
  ])
  func `refuses a data.yaml that cannot be understood`(yaml: String, reason: String?) throws {
    let shelf = try shelf("", yaml: yaml)
    let error = #expect(throws: DataSetError.self) { try shelf.read(.yolo) }
    if let reason { #expect(error?.description == reason) }
  }

  @Test(arguments: ["../../etc", "/etc", "images/../../x", "..\\..\\x", "C:\\x"])
  func `never looks outside its folder`(path: String) throws {
    let shelf = try shelf("", yaml: "train: images\nval: '\(path)'\nnames: [a]\n")
    let problems = try shelf.problems()
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix("data.yaml:2: '\(path)': the path "))
  }
}
