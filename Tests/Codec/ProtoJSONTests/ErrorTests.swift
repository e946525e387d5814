import ProtoJSON
import Testing
import WellKnownTypes

/// An error names the place, the value and what should stand there.
@Suite struct ErrorTests {
  static let cases = [
    (
      #"{"inner": {"corecursive": {"int32List": [1, "x"]}}}"#,
      #"inner.corecursive.int32_list[1]: expected a whole number in -2147483648...2147483647, "#
        + #"not "x" at byte 45"#
    ),
    (
      #"{"innerMap": {"k": {"a": true}}}"#,
      #"inner_map["k"].a: expected a whole number in -2147483648...2147483647, not true at byte 25"#
    ),
    (#"{"inner": {"b": 1}}"#, #"inner: diyml.jsontest.Kinds.Inner has no field "b" at byte 12"#),
    (#"{"color": "PURPLE"}"#, #"color: diyml.jsontest.Color has no value "PURPLE" at byte 11"#),
    (#"{"any": {"@type": "a/b.C"}}"#, #"any: no type "b.C" in the schema at byte 19"#),
    (#"{"int32Value": 1"#, "not JSON: the text ends inside an array or object at byte 16"),
    (#"{"a": 1"#, "not JSON: the text ends inside an array or object at byte 7"),
    ("", "not JSON: the text ends where a value should be at byte 0"),
    ("{} x", "not JSON: text after the value at byte 3"),
    (#"{"choiceBool": true, "choiceUint32": 1}"#, "the oneof choice is given twice at byte 22"),
  ]

  @Test(arguments: cases.indices)
  func `an error of reading says where and why`(index: Int) {
    let (json, message) = Self.cases[index]
    let error = #expect(throws: JSONError.self) { try Kinds(json: json) }
    #expect(error.map { "\($0)" } == message)
  }

  @Test func `an error about a secret does not tell it`() {
    let error = #expect(throws: JSONError.self) {
      try Kinds(json: #"{"account": {"password": 12345}}"#)
    }
    #expect(
      error.map { "\($0)" } == "account.password: expected a string, not [REDACTED] at byte 25")
  }

  @Test func `an error of printing says where and why`() {
    let message = Kinds(innerList: [
      .init(corecursive: Kinds(duration: .init(seconds: 1, nanos: -1)))
    ])
    let error = #expect(throws: JSONError.self) { try message.json() }
    #expect(
      error.map { "\($0)" }
        == "inner_list[0].corecursive.duration: no JSON for a duration of 1 seconds and -1 "
        + "nanoseconds")
  }
}
