import Codec
import Foundation
import ProtoJSON

/// JSON as the programs print it.
package enum ResultJSON {
  /// A message of any size as one line of canonical JSON, as `diyml call` prints it.
  ///
  /// Secrets are masked unless `showsSecrets`; the members of `texts`, for which the message has no
  /// field, come last.
  static func line(
    _ message: some Message, showsSecrets: Bool = false,
    adding texts: KeyValuePairs<String, String?> = [:]
  ) throws -> String {
    let json = try message.json(
      JSONPrintingOptions(
        masksSecrets: !showsSecrets,
        limits: DecodingLimits(bytesMax: .max, elementsMax: .max), outputBytesMax: .max))
    let added = try texts.compactMap { name, text in
      try text.map { text in try "\"\(name)\":" + line(text) }
    }
    guard !added.isEmpty else { return json }
    let members = json == "{}" ? added : [String(json.dropFirst().dropLast())] + added
    return "{\(members.joined(separator: ","))}"
  }

  /// What no message says, as one line with keys as canonical JSON has them.
  static func line(_ value: some Encodable) throws -> String {
    try encode(value, [.sortedKeys, .withoutEscapingSlashes], keys: .useDefaultKeys)
  }

  /// Figures of a measurement as they are kept: keys sorted and in snake case.
  package static func document(_ value: some Encodable) throws -> String {
    try encode(
      value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes], keys: .convertToSnakeCase)
  }

  private static func encode(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting,
    keys: JSONEncoder.KeyEncodingStrategy
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.keyEncodingStrategy = keys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
