/// What `data.yaml` says.
struct YOLOConfiguration {
  struct Part {
    let split: Split
    let images: [String]
  }

  /// By number; nil for one that cannot be used.
  let names: [String?]
  let parts: [Part]

  static func read(
    _ file: String, _ collector: inout DataSetCollector
  ) throws(DataSetError) -> YOLOConfiguration {
    let text = try collector.files.text(file, bytesMax: collector.limits.labelBytesMax)
    let values: [String: ConfigurationText.Value]
    let words: [ConfigurationText.Word]
    do throws(SyntaxError) {
      values = try ConfigurationText.read(
        text, wanted: ["names", "nc", "path", "train", "val", "valid", "test"],
        nestingMax: collector.limits.nestingMax)
      words = try Self.names(values["names"])
      try checkCount(values["nc"], words.count)
    } catch {
      throw .damaged(file: file, line: error.line, reason: error.reason)
    }
    let base = Self.base(values["path"], collector.files)
    var parts: [Part] = []
    for key in ["train", "val", "valid", "test"] {
      guard let split = Split(name: key) else { continue }
      let targets: [ConfigurationText.Word] =
        switch values[key] {
        case .word(let word): word.text.isEmpty || word.text == "null" ? [] : [word]
        case .list(let words): words.filter { $0.key == nil }
        case nil: []
        }
      for target in targets {
        let place = DataSetCollector.Place(file: file, line: target.line)
        let images = try Self.images(target.text, base, place, &collector)
        parts.append(Part(split: split, images: images))
      }
    }
    guard !parts.isEmpty else { throw .missing("\(file) has neither train nor val nor test") }
    return YOLOConfiguration(names: checked(words, file, &collector), parts: parts)
  }

  /// Names as they can be used; the others are reported.
  static func checked(
    _ words: [ConfigurationText.Word], _ file: String, _ collector: inout DataSetCollector
  ) -> [String?] {
    var seen: Set<String> = []
    return words.map { word in
      let fault =
        LabelRules.fault(inClassName: word.text, collector.limits)
        ?? (seen.insert(word.text).inserted ? nil : "the class '\(word.text)' is there twice")
      guard let fault else { return word.text }
      collector.problem(DataSetCollector.Place(file: file, line: word.line), fault)
      return nil
    }
  }

  private static func names(
    _ value: ConfigurationText.Value?
  ) throws(SyntaxError) -> [ConfigurationText.Word] {
    switch value {
    case .list(let words):
      for (number, word) in words.enumerated() {
        guard let key = word.key, Int(key) != number else { continue }
        throw SyntaxError(line: word.line, reason: "the class number '\(key)'; want \(number)")
      }
      return words
    case .word(let word):
      throw SyntaxError(line: word.line, reason: "names is '\(word.text)'; want a list or a map")
    case nil: throw SyntaxError(line: 1, reason: "there are no names")
    }
  }

  private static func checkCount(
    _ value: ConfigurationText.Value?, _ count: Int
  ) throws(SyntaxError) {
    guard case .word(let word) = value, Int(word.text) != count else { return }
    throw SyntaxError(line: word.line, reason: "nc is \(word.text); there are \(count) names")
  }

  /// The folder that paths begin in: `path` where it is one of this data set.
  private static func base(_ value: ConfigurationText.Value?, _ files: FolderFiles) -> String {
    guard case .word(let word) = value else { return "" }
    do {
      let folder = try RelativePath.resolve(word.text)
      return files.images.contains { $0.hasPrefix(folder + "/") } ? folder : ""
    } catch {
      return ""  // where the data set lay on somebody else's machine
    }
  }

  /// The images of a folder, or of a list of them.
  private static func images(
    _ target: String, _ base: String, _ place: DataSetCollector.Place,
    _ collector: inout DataSetCollector
  ) throws(DataSetError) -> [String] {
    // Roboflow writes `../train/images` and means `train/images`.
    let text = target.hasPrefix("../") && base.isEmpty ? String(target.dropFirst(3)) : target
    let path: String
    do {
      path = try RelativePath.resolve(text, in: base)
    } catch {
      collector.problem(place, "'\(target)': \(error.reason)")
      return []
    }
    if RelativePath.ending(of: path) == "txt", collector.files.has(path) {
      return try collector.images(listedIn: path, from: base)
    }
    let images = collector.files.images.filter { $0.hasPrefix(path + "/") }
    if images.isEmpty { collector.problem(place, "'\(target)' is not a folder with images") }
    return images
  }
}
