internal import CXML

/// An element of XML with what is in it.
struct MarkupElement: Sendable {
  let name: String
  /// Where its start tag ends.
  let line: Int
  /// Of this element alone, without surrounding white space.
  fileprivate(set) var text = ""
  fileprivate(set) var children: [MarkupElement] = []

  /// The first child of that name.
  func child(_ name: String) -> MarkupElement? { children.first { $0.name == name } }

  func children(_ name: String) -> [MarkupElement] { children.filter { $0.name == name } }
}

/// Why text is not taken as XML, JSON or YAML.
struct SyntaxError: Error, Hashable {
  let line: Int
  let reason: String
}

/// Reads XML of a bounded depth and number of elements by libxml2's events; the
/// caller bounds its size.
///
/// A DOCTYPE and every entity but the five of XML itself are refused where they stand, so nothing is
/// ever expanded or fetched. Attributes, comments and processing instructions are passed over.
final class MarkupReader {
  private let limits: DataSetLimits
  private let context: xmlParserCtxtPtr
  private var open: [MarkupElement] = []
  private var elements = 0
  private var root: MarkupElement?
  private var error: SyntaxError?

  private init(_ context: xmlParserCtxtPtr, limits: DataSetLimits) {
    self.context = context
    self.limits = limits
  }

  /// The root element.
  static func read(_ bytes: [UInt8], limits: DataSetLimits) throws(SyntaxError) -> MarkupElement {
    try checkAttributes(bytes, limits.attributesMax)
    _ = initialize
    let context = bytes.withUnsafeBytes {
      xmlCreateMemoryParserCtxt($0.baseAddress, Int32($0.count))
    }
    guard let context else { throw SyntaxError(line: 1, reason: "no element") }
    defer { xmlFreeParserCtxt(context) }
    let reader = MarkupReader(context, limits: limits)
    context.pointee.sax.pointee = handler
    context.pointee.userData = Unmanaged.passUnretained(reader).toOpaque()
    xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
    xmlParseDocument(context)
    if let error = reader.error { throw error }
    guard let root = reader.root else { throw SyntaxError(line: 1, reason: "no element") }
    return root
  }

  /// Once, before any thread parses: libxml2 does not guard its own start.
  private static let initialize: Void = xmlInitParser()

  /// Refuses attributes by the thousands before libxml2 compares each with each.
  private static func checkAttributes(_ bytes: [UInt8], _ attributesMax: Int) throws(SyntaxError) {
    var (line, attributes) = (1, 0)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "<"): attributes = 0
      case UInt8(ascii: "="): attributes += 1
      default: continue
      }
      guard attributes <= attributesMax else {
        throw SyntaxError(
          line: line, reason: "\(attributes) attributes; the limit is \(attributesMax)")
      }
    }
  }

  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.internalSubset = { reader, _, _, _ in
      MarkupReader.at(reader).refuse("a DOCTYPE or declaration; these are refused")
    }
    handler.getEntity = { reader, name in
      let name = MarkupReader.string(name)
      MarkupReader.at(reader).refuse("'&\(name);': entities other than XML's own are refused")
      return nil
    }
    handler.startElementNs = { reader, name, prefix, _, _, _, _, _, _ in
      let prefix = prefix.map { MarkupReader.string($0) + ":" } ?? ""
      MarkupReader.at(reader).begin(prefix + MarkupReader.string(name))
    }
    handler.endElementNs = { reader, _, _, _ in MarkupReader.at(reader).end() }
    handler.characters = { MarkupReader.at($0).add(UnsafeBufferPointer(start: $1, count: Int($2))) }
    handler.cdataBlock = handler.characters
    handler.serror = { reader, error in
      // The others warn, as of a name space that is not declared.
      guard let error = error?.pointee, error.level == XML_ERR_FATAL else { return }
      let words = error.message.map { String(cString: $0) } ?? "error \(error.code)"
      MarkupReader.at(reader).refuse(
        "it is not XML: \(words.prefix { !$0.isNewline })", line: Int(error.line))
    }
    return handler
  }

  private static func at(_ reader: UnsafeMutableRawPointer?) -> MarkupReader {
    guard let reader else { preconditionFailure("libxml2 lost the reader") }
    return Unmanaged<MarkupReader>.fromOpaque(reader).takeUnretainedValue()
  }

  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  private func refuse(_ reason: String, line: Int? = nil) {
    if error == nil { error = SyntaxError(line: line ?? self.line, reason: reason) }
    xmlStopParser(context)
  }

  private var line: Int { Int(context.pointee.input.pointee.line) }

  private func begin(_ name: String) {
    elements += 1
    if open.count >= limits.nestingMax {
      refuse("\(open.count + 1) elements within each other; the limit is \(limits.nestingMax)")
    } else if elements > limits.elementsMax {
      refuse("\(elements) elements; the limit is \(limits.elementsMax)")
    } else {
      open.append(MarkupElement(name: name, line: line))
    }
  }

  private func add(_ text: UnsafeBufferPointer<xmlChar>) {
    guard !open.isEmpty else { return }
    open[open.count - 1].text += String(decoding: text, as: UTF8.self)
  }

  private func end() {
    guard var element = open.popLast() else { return }
    element.text = element.text.trimmed
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }
}
