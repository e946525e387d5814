internal import CYaml

/// What a file such as `data.yaml` says under the keys that are asked for: words, and lists and
/// maps of words.
///
/// Of libyaml only the events are used, which come one after the other: depth is judged before
/// anything is nested, and an anchor, alias or tag is refused, so nothing is ever expanded. What
/// stands below other keys is passed over.
struct ConfigurationText: ~Copyable {
  struct Word: Hashable {
    /// Of an entry of a map.
    var key: String?
    var text: String
    var line: Int
  }

  enum Value: Hashable {
    case word(Word)
    case list([Word])
  }

  private struct Event {
    let type: yaml_event_type_t
    let line: Int
    /// Of a scalar.
    var text = ""
    /// Whether it is an alias, or has an anchor or a tag.
    var isMarked = false
  }

  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let text: UnsafeBufferPointer<UInt8>
  private let nestingMax: Int
  private var depth = 0

  private init(_ text: UnsafeBufferPointer<UInt8>, nestingMax: Int) {
    self.text = text
    self.nestingMax = nestingMax
    precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The values of the keys in `wanted`, of the only document.
  static func read(
    _ text: [UInt8], wanted: Set<String>, nestingMax: Int
  ) throws(SyntaxError) -> [String: Value] {
    guard !text.isEmpty else { return [:] }
    return try text.withUnsafeBufferPointer { text throws(SyntaxError) in
      var reader = ConfigurationText(text, nestingMax: nestingMax)
      return try reader.values(of: wanted)
    }
  }

  private mutating func values(of wanted: Set<String>) throws(SyntaxError) -> [String: Value] {
    var values: [String: Value] = [:]
    var documents = 0
    while true {
      let event = try next()
      switch (event.type, depth) {
      case (YAML_STREAM_END_EVENT, _): return values
      case (YAML_STREAM_START_EVENT, _), (YAML_DOCUMENT_END_EVENT, _),
        (YAML_MAPPING_START_EVENT, 1), (YAML_MAPPING_END_EVENT, 0):
        continue
      case (YAML_DOCUMENT_START_EVENT, _):
        documents += 1
        guard documents == 1 else {
          throw SyntaxError(line: event.line, reason: "a second document; want one")
        }
      case (YAML_SCALAR_EVENT, 1):
        guard wanted.contains(event.text) else {
          repeat { _ = try next() } while depth > 1
          continue
        }
        guard values[event.text] == nil else {
          throw SyntaxError(line: event.line, reason: "'\(event.text)' stands there twice")
        }
        values[event.text] = try value()
      default: throw SyntaxError(line: event.line, reason: "neither a key nor its value")
      }
    }
  }

  private mutating func value() throws(SyntaxError) -> Value {
    let event = try next()
    let word = try word(event)
    guard event.type != YAML_SCALAR_EVENT else { return .word(word) }
    var words: [Word] = []
    while var word = try entry() {
      if event.type == YAML_MAPPING_START_EVENT, let value = try entry() {
        word = Word(key: word.text, text: value.text, line: value.line)
      }
      words.append(word)
    }
    return .list(words)
  }

  /// The next word of a list or a map; nil at its end.
  private mutating func entry() throws(SyntaxError) -> Word? {
    let event = try next()
    switch event.type {
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return nil
    case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
      throw SyntaxError(line: event.line, reason: "brackets within brackets")
    default: return try word(event)
    }
  }

  private func word(_ event: Event) throws(SyntaxError) -> Word {
    guard !event.isMarked else {
      throw SyntaxError(
        line: event.line,
        reason: "anchors, aliases and tags of YAML are not read; want plain words")
    }
    return Word(text: event.text, line: event.line)
  }

  private mutating func next() throws(SyntaxError) -> Event {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw failure }
    defer { yaml_event_delete(&raw) }
    var event = Event(type: raw.type, line: Int(raw.start_mark.line) + 1)
    switch raw.type {
    case YAML_ALIAS_EVENT: event.isMarked = true
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      event.text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      event.isMarked = scalar.anchor != nil || scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
      depth += 1
      let start = raw.data.sequence_start  // of a map the same come first
      event.isMarked = start.anchor != nil || start.tag != nil
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: depth -= 1
    default: break
    }
    guard depth <= nestingMax else {
      throw SyntaxError(
        line: event.line, reason: "\(depth) values within each other; the limit is \(nestingMax)")
    }
    return event
  }

  /// Why the text is not YAML, in libyaml's words, and where.
  private var failure: SyntaxError {
    let state = parser.pointee
    let context = state.context.map { String(cString: $0) } ?? ""
    if state.error == YAML_PARSER_ERROR, context.hasPrefix("while parsing a flow") {
      return SyntaxError(
        line: Int(state.context_mark.line) + 1, reason: "a bracket that is not closed")
    }
    let problem = state.problem.map { String(cString: $0) } ?? "libyaml has no memory"
    let line =
      state.error == YAML_READER_ERROR
      ? text.prefix(state.problem_offset).count { $0 == UInt8(ascii: "\n") }
      : Int(state.problem_mark.line)
    return SyntaxError(line: line + 1, reason: "it is not YAML: \(problem)")
  }
}
