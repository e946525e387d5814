import Codec
import CodecTestMessages
import Descriptors
import ProtoJSON
import WellKnownTypes

/// JSON that is accepted is printed as JSON that means the same, and so is every decoded message.
///
/// The first byte of an input chooses a message type, the second how what follows is read and printed.
enum JSONProperty {
  private static let types = CodecTestMessages.allMessageTypes + WellKnownTypes.allMessageTypes

  /// Knows all types, for what `google.protobuf.Any` may hold.
  private static let schema = Result { () throws(SchemaError) in
    try Schema(
      types.reduce(into: [ProtoFile]()) { files, type in
        if !files.contains(where: { $0 === type.protoFile }) { files.append(type.protoFile) }
      })
  }

  static func check(_ input: [UInt8]) throws(Finding) {
    guard input.count >= 2 else { return }
    let type = types[Int(input[0]) % types.count]
    try check(type, Form(choice: input[1]), Array(input.dropFirst(2)))
  }

  /// What the second byte says.
  private struct Form {
    let choice: UInt8

    var isBinary: Bool { choice & 1 != 0 }
    var reading: JSONReadingOptions { JSONReadingOptions(ignoresUnknownFields: choice & 2 != 0) }
    var printing: JSONPrintingOptions {
      JSONPrintingOptions(
        alwaysPrintFieldsWithoutPresence: choice & 4 != 0,
        preserveProtoFieldNames: choice & 8 != 0, isPretty: choice & 16 != 0)
    }
  }

  private static func check<Value: Message>(
    _ type: Value.Type, _ form: Form, _ content: [UInt8]
  ) throws(Finding) {
    guard let message = form.isBinary ? decoded(type, content) : read(type, content, form.reading)
    else { return }
    guard let canonical = try printed(message, mayRefuse: form.isBinary) else { return }
    guard let again = try reread(type, canonical) else { return }
    try require(
      try printed(again) == canonical, "\(type.protoName) is printed in two ways: \(canonical)")
    // Binary input may have unknown fields, which have no JSON.
    let reference = form.isBinary ? again : message
    try require(
      try encoded(again) == encoded(reference), "\(type.protoName) loses content in \(canonical)")
    if let scalars = message as? Scalars, scalars.unknownFields.bytes.isEmpty, scalars == scalars {
      try require(again == message, "a number or text changes in \(canonical)")
    }
    guard let other = try printed(message, form.printing, mayRefuse: form.isBinary),
      let otherAgain = try reread(type, other)
    else { return }
    try require(
      try encoded(otherAgain) == encoded(again), "options change the content of \(other)")
  }

  private static func decoded<Value: Message>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
    do {
      return try Value(serialized: bytes)
    } catch {
      return nil
    }
  }

  private static func read<Value: Message>(
    _ type: Value.Type, _ json: [UInt8], _ options: JSONReadingOptions
  ) -> Value? {
    do {
      return try Value(json: json, options: options, schema: schema.get())
    } catch {
      return nil
    }
  }

  /// The message that our own JSON stands for; nil past a limit.
  private static func reread<Value: Message>(
    _ type: Value.Type, _ json: String
  ) throws(Finding) -> Value? {
    do {
      return try Value(json: json, schema: schema.get())
    } catch let error as JSONError where isLimit(error) {
      return nil
    } catch {
      throw Finding("\(type.protoName): our own JSON is refused: \(error): \(json)")
    }
  }

  /// JSON of a message; nil past a limit, or if it holds what has no JSON and may.
  private static func printed<Value: Message>(
    _ message: Value, _ options: JSONPrintingOptions = JSONPrintingOptions(),
    mayRefuse: Bool = false
  ) throws(Finding) -> String? {
    do {
      return try message.json(options, schema: schema.get())
    } catch let error as JSONError where isLimit(error) || mayRefuse {
      return nil
    } catch {
      throw Finding("\(Value.protoName) came from JSON and has none: \(error)")
    }
  }

  private static func isLimit(_ error: JSONError) -> Bool {
    switch error.reason {
    case .tooLarge, .tooDeep, .tooManyElements: true
    case .undecodable(let error):
      switch error.reason {
      case .tooLarge, .tooDeep, .tooManyElements, .tooMuchMemory: true
      default: false
      }
    default: false
    }
  }

  private static func encoded(_ message: some Message) throws(Finding) -> Bytes {
    do {
      return try message.serialized()
    } catch {
      throw Finding("what was read cannot be written: \(error)")
    }
  }
}

extension JSONProperty {
  /// Samples as JSON and as bytes, and texts for the types that have a form of their own.
  static var seeds: [[UInt8]] {
    let samples = Everything.samples
    let texts: [(any Message.Type, String)] = [
      (ProtoTimestamp.self, #""1972-01-01T10:00:20.021-08:00""#),
      (ProtoDuration.self, #""-1.000000001s""#),
      (ProtoFieldMask.self, #""user.displayName,photo""#),
      (ProtoValue.self, #"{"a":[1,null,true,"x",{}],"b":-1.5e3}"#),
      (ProtoStruct.self, #"{"a":{"b":[[]]}}"#),
      (ProtoListValue.self, #"[1,"NaN",false]"#),
      (ProtoAny.self, #"{"@type":"type.googleapis.com/diyml.codectest.Tree","name":"a"}"#),
      (
        ProtoAny.self,
        #"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}"#
      ),
      (ProtoDoubleValue.self, #""-Infinity""#),
      (ProtoInt64Value.self, #""-9223372036854775808""#),
      (ProtoBytesValue.self, #""-_8=""#),
      (ProtoStringValue.self, #""\ud83d\ude00\u0000""#),
      (Scalars.self, #"{"uint64_value":"1e3","colorValue":"COLOR_CRIMSON","floatValue":1.0e-40}"#),
      (Optionals.self, #"{"doubleValue":-0.0,"scalars":null}"#),
      (Names.self, #"{"class":"a","entry":{"":""},"type":3,"outer":{}}"#),
    ]
    var seeds = (0..<types.count).map { [UInt8($0), 0, 0x7b, 0x7d] }
    for sample in samples { seeds += Self.seeds(sample) }
    for (type, text) in texts {
      if let seed = seed(type, 0, Array(text.utf8)) { seeds.append(seed) }
    }
    return seeds
  }

  private static func seeds(_ message: any Message) -> [[UInt8]] {
    do {
      let type = Swift.type(of: message)
      return [
        seed(type, 0, Array(try message.json().utf8)),
        seed(type, 1, Array(try message.serialized())),
      ].compactMap { $0 }
    } catch {
      preconditionFailure("a sample cannot be printed: \(error)")
    }
  }

  private static func seed(_ type: any Message.Type, _ form: UInt8, _ content: [UInt8]) -> [UInt8]?
  {
    types.firstIndex { $0 == type }.map { [UInt8($0), form] + content }
  }

  /// Words of JSON, names of fields, numbers at bounds.
  static var dictionary: [[UInt8]] {
    [
      "null", "true", "false", "{}", "[]", "\"", ":", ",", "\\u0000", "\\ud83d\\ude00", "\\ud800",
      "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "-0.0", "1e400", "1e-400", "2147483648",
      "-2147483649", "4294967296", "\"18446744073709551616\"", "9007199254740993", "1.5e1",
      "\"@type\":", "type.googleapis.com/", "\"value\":", "\"name\":", "\"left\":", "\"children\":",
      "\"named\":", "\"next\":", "\"int32Value\":", "\"doubleValue\":", "\"boolValues\":",
      "\"bytesValue\":\"AQI=\"", "\"colorValue\":", "COLOR_INFRARED",
      "9999-12-31T23:59:59.999999999Z",
      "0001-01-01T00:00:00Z", "+23:59", "315576000000.999999999s", "-0.000000001s",
    ].map { Array($0.utf8) }
  }
}
