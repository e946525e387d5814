import Codec
import ProtoJSON
import Testing

/// The cases of the public conformance suite, and more of their kind.
@Suite struct CaseTests {
  @Test(arguments: Case.accepted + Case.wellKnown)
  func `what is canonical comes back as it was, and other forms in the canonical one`(
    _ example: Case
  ) throws {
    let message = try Kinds(json: example.json)
    #expect(try message.json() == example.expected)
    #expect(try Kinds(json: example.expected).serialized() == message.serialized())
  }

  @Test(arguments: Case.accepted + Case.wellKnown)
  func `names of the schema and pretty lines read back the same`(_ example: Case) throws {
    let message = try Kinds(json: example.json)
    let options = JSONPrintingOptions(
      alwaysPrintFieldsWithoutPresence: true, preserveProtoFieldNames: true, isPretty: true)
    #expect(try Kinds(json: message.json(options)).serialized() == message.serialized())
  }

  @Test(arguments: Case.refused)
  func `what is not canonical JSON is refused`(_ example: Case) {
    #expect(throws: JSONError.self) { try Kinds(json: example.json) }
  }

  @Test(arguments: Case.ignored)
  func `what the schema does not know is refused, or passed over on demand`(
    _ example: Case
  ) throws {
    #expect(throws: JSONError.self) { try Kinds(json: example.json) }
    let message = try Kinds(
      json: example.json, options: JSONReadingOptions(ignoresUnknownFields: true))
    #expect(try message.json() == example.expected)
  }
}
