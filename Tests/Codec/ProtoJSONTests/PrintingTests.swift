import Codec
import ProtoJSON
import Testing

/// The options of printing, and text for people.
@Suite struct PrintingTests {
  @Test func `defaults are printed on demand`() throws {
    let options = JSONPrintingOptions(alwaysPrintFieldsWithoutPresence: true)
    #expect(try Kinds.Inner().json(options) == #"{"a":0}"#)
    let json = try Kinds().json(options)
    for member in [
      #""int32Value":0"#, #""int64Value":"0""#, #""doubleValue":0"#, #""boolValue":false"#,
      #""stringValue":"""#, #""bytesValue":"""#, #""color":"FOO""#, #""int32List":[]"#,
      #""int32Map":{}"#, #""nullValue":null"#,
    ] {
      #expect(json.contains(member), "\(member)")
    }
    for absent in ["inner\"", "explicit", "choice", "duration\"", "Wrapper\""] {
      #expect(!json.contains(absent), "\(absent)")
    }
  }

  @Test func `pretty JSON has one member a line`() throws {
    let message = Kinds(
      int32Value: 1, inner: Kinds.Inner(a: 2), recursive: Kinds(), stringList: ["a", "b"])
    #expect(
      try message.json(JSONPrintingOptions(isPretty: true)) == """
        {
          "int32Value": 1,
          "inner": {
            "a": 2
          },
          "recursive": {},
          "stringList": [
            "a",
            "b"
          ]
        }
        """)
  }

  @Test func `names are those of the schema on demand`() throws {
    let options = JSONPrintingOptions(preserveProtoFieldNames: true)
    #expect(try Kinds(int32Value: 1, renamed: 2).json(options) == #"{"int32_value":1,"renamed":2}"#)
  }

  @Test func `text shows fields by name, masks secrets, and counts what it does not know`() throws {
    var message = Kinds(
      int32Value: -1, doubleValue: .nan, stringValue: "a\"\n\u{202E}é",
      bytesValue: [0, 0xFF, 0x41],
      inner: Kinds.Inner(a: 5), color: .bar, password: "hunter2", int32List: [1, 2],
      stringMap: ["k": "v"])
    message.unknownFields = try Kinds(serialized: [0xC0, 0x3E, 0x07]).unknownFields
    #expect(
      message.text == #"""
        int32_value: -1
        double_value: NaN
        string_value: "a\"\n\342\200\256é"
        bytes_value: "\000\377A"
        inner {
          a: 5
        }
        color: BAR
        password: [REDACTED]
        int32_list: 1
        int32_list: 2
        string_map {
          key: "k"
          value: "v"
        }
        1000: 7

        """#)
  }

  @Test func `secrets do not leak through print, dump or a description`() {
    let message = Kinds.Account(user: "ada", password: "hunter2", token: .text("hunter2"))
    let holder = Kinds(account: message)
    var dumped = ""
    dump(holder, to: &dumped)
    for text in ["\(message)", "\(holder)", String(reflecting: holder), dumped, holder.text] {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("ada"))
    }
  }

  @Test func `JSON holds secrets, since it is what is sent`() throws {
    #expect(try Kinds(password: "hunter2").json() == #"{"password":"hunter2"}"#)
  }
}
