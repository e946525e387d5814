import Codec
import Descriptors
import Testing

/// Files from a stranger, each with one fault that the error must name.
@Suite struct HostileSchemaTests {
  private static let number = FieldDescriptorProto(
    name: "a", number: 1, label: .optional, type: .int32)

  private static func file(
    _ change: (inout FileDescriptorProto) -> Void = { _ in }
  ) -> FileDescriptorProto {
    var file = FileDescriptorProto(
      name: "a.proto", package: "p", messageType: [DescriptorProto(name: "M", field: [number])],
      enumType: [
        EnumDescriptorProto(name: "E", value: [EnumValueDescriptorProto(name: "E_ZERO", number: 0)])
      ], syntax: "proto3")
    change(&file)
    return file
  }

  private static func field(_ change: (inout FieldDescriptorProto) -> Void) -> FileDescriptorProto {
    file { change(&$0.messageType[0].field[0]) }
  }

  private static func map(_ entry: [FieldDescriptorProto]) -> FileDescriptorProto {
    file { file in
      file.messageType[0].nestedType = [
        DescriptorProto(
          name: "Entry", field: entry, options: MessageOptions(mapEntry: true))
      ]
      file.messageType[0].field[0] = FieldDescriptorProto(
        name: "a", number: 1, label: .repeated, type: .message, typeName: ".p.M.Entry")
    }
  }

  static let faults: [(FileDescriptorProto, String)] = [
    (field { $0.number = 0 }, "p.M.a has the number 0, not one in 1...536870911"),
    (field { $0.number = -1 }, "p.M.a has the number -1, not one in 1...536870911"),
    (field { $0.number = 536_870_912 }, "p.M.a has the number 536870912"),
    (field { $0.name = "" }, "p.M holds the name \"\", which is not legal"),
    (field { $0.name = "a b" }, "p.M holds the name \"a b\", which is not legal"),
    (field { $0.name = "1a" }, "p.M holds the name \"1a\", which is not legal"),
    (field { $0.type = .unrecognized(99) }, "p.M.a has the type 99, which is not known here"),
    (field { $0.type = .unspecified }, "p.M.a has the type 0, which is not known here"),
    (
      field { ($0.type, $0.typeName) = (.message, ".p.N") },
      "p.M.a refers to .p.N, which no file declares"
    ),
    (field { ($0.type, $0.typeName) = (.message, "p.M") }, "p.M.a refers to p.M"),
    (field { ($0.type, $0.typeName) = (.message, "") }, "p.M.a refers to ,"),
    (field { ($0.type, $0.typeName) = (.message, ".p.E") }, "p.M.a refers to .p.E"),
    (field { ($0.type, $0.typeName) = (.enum, ".p.M") }, "p.M.a refers to .p.M"),
    (field { $0.oneofIndex = 0 }, "p.M.a is in the oneof 0, which is not declared"),
    (field { $0.oneofIndex = -1 }, "p.M.a is in the oneof -1, which is not declared"),
    (
      file { $0.messageType[0].field.append(number) }, "p.M: field number 1 is declared twice"
    ),
    (
      file { file in
        file.messageType[0].field.append(number)
        file.messageType[0].field[1].number = 2
      }, "p.M.a is declared twice"
    ),
    (
      file { file in
        file.messageType[0].field.append(number)
        file.messageType[0].field[1].number = 2
        file.messageType[0].field[1].name = "b"
        file.messageType[0].field[1].jsonName = "a"
      }, "p.M: the JSON name a is declared twice"
    ),
    (file { $0.messageType.append($0.messageType[0]) }, "p.M is declared twice"),
    (file { $0.enumType[0].name = "M" }, "p.M is declared twice"),
    (file { $0.enumType[0].value = [] }, "p.E has no values"),
    (
      file { $0.enumType[0].value.append($0.enumType[0].value[0]) },
      "p.E: the value E_ZERO is declared twice"
    ),
    (
      file { $0.enumType[0].value.append(EnumValueDescriptorProto(name: "E_NIL", number: 0)) },
      "p.E: the number 0 is declared twice"
    ),
    (file { $0.package = "p..q" }, "a.proto holds the name \"\""),
    (file { $0.package = "." }, "a.proto holds the name \"\""),
    (file { $0.syntax = "editions" }, "a.proto has the syntax \"editions\""),
    (
      file {
        $0.service = [
          ServiceDescriptorProto(
            name: "S",
            method: [MethodDescriptorProto(name: "Go", inputType: ".p.M", outputType: ".p.E")])
        ]
      }, "p.S.Go refers to .p.E, which no file declares"
    ),
    (map([number]), "p.M.a is a map whose entries are not a key and a value"),
    (map([number, number]), "p.M.a is a map whose entries are not a key and a value"),
    (
      map([
        FieldDescriptorProto(name: "key", number: 1, label: .optional, type: .double),
        FieldDescriptorProto(name: "value", number: 2, label: .optional, type: .int32),
      ]), "p.M.a is a map by what cannot be a key"
    ),
  ]

  @Test(arguments: faults.indices)
  func `a fault is named with its place`(index: Int) throws {
    let (file, message) = Self.faults[index]
    let error = #expect(throws: SchemaError.self) {
      try Schema(serialized: [file.serialized()])
    }
    #expect(error.map { "\($0)".hasPrefix(message) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func `a file without a fault is taken, and the same file twice`() throws {
    let bytes = try Self.file().serialized()
    let schema = try Schema(serialized: [bytes, bytes])
    #expect(schema.messageNames == ["p.M"])
    #expect(schema.files.count == 1)
  }

  @Test func `two files at one path are refused`() throws {
    let other = try Self.file { $0.package = "q" }.serialized()
    #expect(throws: SchemaError.repeated("file a.proto")) {
      try Schema(serialized: [Self.file().serialized(), other])
    }
  }

  @Test func `aliases are names of one number when the enum allows them`() throws {
    let bytes = try Self.file { file in
      file.enumType[0].value.append(EnumValueDescriptorProto(name: "E_NIL", number: 0))
      file.enumType[0].options = EnumOptions(allowAlias: true)
    }.serialized()
    let type = try #require(try Schema(serialized: [bytes]).enumeration(named: "p.E"))
    #expect(type.name(of: 0) == "E_ZERO")
    #expect(type.number(named: "E_NIL") == 0)
  }

  @Test func `groups are left out, the other fields stay`() throws {
    let bytes = try Self.file { file in
      file.syntax = ""
      file.messageType[0].field.append(
        FieldDescriptorProto(
          name: "g", number: 2, label: .optional, type: .group, typeName: ".p.M"))
    }.serialized()
    let schema = try Schema(serialized: [bytes])
    #expect(schema.message(named: "p.M")?.fields.map(\.name) == ["a"])
    #expect(schema.message(named: "p.M")?.fields.first?.hasPresence == true)
  }

  @Test func `what is not a descriptor is refused`() {
    #expect(throws: SchemaError.unreadable(DecodingError(.truncated, at: 0))) {
      try Schema(serialized: [[0x0A, 0x05]])
    }
  }

  @Test(arguments: [(0, true), (1, false)])
  func `every limit holds at its bound and one past it`(excess: Int, accepted: Bool) throws {
    let bytes = try Self.file().serialized()
    // A message with a field and an enum with a value are four declarations.
    for limits in [
      SchemaLimits(filesMax: 1 - excess), SchemaLimits(bytesMax: bytes.count - excess),
      SchemaLimits(declarationsMax: 4 - excess), SchemaLimits(nameBytesMax: 3 - excess),
    ] {
      if accepted {
        #expect(throws: Never.self) { try Schema(serialized: [bytes], limits: limits) }
      } else {
        #expect(throws: SchemaError.self) { try Schema(serialized: [bytes], limits: limits) }
      }
    }
  }
}
