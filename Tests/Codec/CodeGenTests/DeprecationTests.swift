import Codec
import Descriptors
import Testing

@testable import CodeGen

/// What is deprecated in the schema: users are warned, generated code is not.
@Suite struct DeprecationTests {
  @Test(arguments: [
    (" Deprecated: use b.\n", "use b"),
    (" Old. Deprecated: use b. And not c.\n", "use b"),
    (" Old.\n Deprecated: use\n   b\n\n Not this.", "use b"),
    (" Deprecated: e.g. this, or that", "e.g. this, or that"),
    (" Deprecated:\n\n Not this.", nil), (" It is deprecated: no more.\n", nil), ("", nil),
  ])
  func `the advice is the sentence behind the word`(comment: String, advice: String?) {
    #expect(Deprecation(comment: comment).advice == advice)
  }

  @Test func `a field that becomes deprecated renames no other`() throws {
    func properties(isDeprecated: Bool) throws -> [String] {
      let options = FieldOptions(deprecated: isDeprecated)
      let message = DescriptorProto(
        name: "A",
        field: [
          FieldDescriptorProto(
            name: "text", number: 1, label: .optional, type: .string, options: options),
          FieldDescriptorProto(name: "text_stored", number: 2, label: .optional, type: .string),
        ])
      let file = FileDescriptorProto(name: "a.proto", messageType: [message], syntax: "proto3")
      let response = Generator.respond(
        to: CodeGeneratorRequest(fileToGenerate: ["a.proto"], protoFile: [file]))
      let text = try #require(response.file.first).content
      return text.matches(of: /public var (\w+): String/).map { String($0.1) }
    }
    #expect(try properties(isDeprecated: false) == ["text", "textStored"])
    #expect(try properties(isDeprecated: true) == ["text", "textStored"])
  }

  @Test func `a file that is deprecated deprecates its types and the clients of its services`()
    throws
  {
    let file = FileDescriptorProto(
      name: "a.proto", messageType: [DescriptorProto(name: "A")],
      enumType: [
        EnumDescriptorProto(name: "E", value: [EnumValueDescriptorProto(name: "Z", number: 0)])
      ],
      service: [ServiceDescriptorProto(name: "S")], options: FileOptions(deprecated: true),
      syntax: "proto3")
    let files = Generator.respond(
      to: CodeGeneratorRequest(fileToGenerate: ["a.proto"], protoFile: [file])
    ).file.map(\.content)
    let mark = "@available(*, deprecated)\n"
    #expect(files[0].contains(mark + "public typealias A = DeprecatedA\n"))
    #expect(files[0].contains(mark + "public typealias E = DeprecatedE\n"))
    #expect(files[1].contains(mark + "public struct SClient: Sendable {\n"))
    #expect(!files[1].contains(mark + "public protocol"))
  }

  @Test func `what is deprecated is read, written and compared like all else`() throws {
    try run(OldCode.self)
  }

  private func run<Code: UsesDeprecated>(_ code: Code.Type) throws {
    let letter = code.letter()
    let read = try OldLetter(serialized: letter.serialized())
    #expect(read == letter)
    #expect(code.facts(read) == code.facts(letter))
    #expect(code.facts(OldLetter()) != code.facts(letter))
    for (number, way) in code.ways() {
      let letter = OldLetter(way: way)
      #expect(try OldLetter(serialized: letter.serialized()) == letter)
      #expect(try letter.serialized().first == UInt8((number << 3 | 2) & 0x7F | 0x80))
    }
    #expect(OldStamp.allCases == code.stamps())
    #expect(OldStamp.allCases.map(\.rawValue) == [0, 1, 2])
    #expect(code.stamps() == [0, 1, 2].map(OldStamp.init(rawValue:)))
    #expect(OldLetter().stamp.rawValue == 0)
    #expect(OldTariff.distant.rawValue == -1)
  }
}

/// Code that uses what is deprecated without a warning: a protocol stands between.
private protocol UsesDeprecated {
  static func letter() -> OldLetter
  static func facts(_ letter: OldLetter) -> [String]
  static func ways() -> [(number: Int, way: OldLetter.Way)]
  static func stamps() -> [OldStamp]
}

private enum OldCode: UsesDeprecated {
  @available(*, deprecated)
  static func letter() -> OldLetter {
    var letter = OldLetter(
      text: "a", addressee: "b", weight: 0, pages: ["c", "d"], numbers: [-1, 1],
      enclosed: ["e": OldLetter(weight: 2)], stamp: .blue, stamps: [.unspecified, .blue],
      card: OldCard(picture: OldCard.Picture(kind: .unspecified)), seal: .wax,
      addresseeStored: "f", class: [1], way: .canal("g"), secret: "h")
    letter.answer = OldLetter(pages: ["i"])
    letter.pages.append("j")
    return letter
  }

  @available(*, deprecated)
  static func facts(_ letter: OldLetter) -> [String] {
    [
      letter.addressee, "\(String(describing: letter.weight))", "\(letter.pages)",
      "\(letter.numbers)", "\(letter.enclosed.keys)", "\(letter.answer?.pages ?? [])",
      "\(letter.class.count)", letter.secret, letter.addresseeStored, "\(letter.seal.rawValue)",
    ]
  }

  @available(*, deprecated)
  static func ways() -> [(number: Int, way: OldLetter.Way)] {
    [(17, .canal("")), (18, .inside(OldLetter(text: "a"))), (19, .cardInside(OldCard()))]
  }

  @available(*, deprecated)
  static func stamps() -> [OldStamp] { [.unspecified, .red, .blue] }
}
