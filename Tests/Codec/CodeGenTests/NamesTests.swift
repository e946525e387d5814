import Testing

@testable import CodeGen

@Suite struct NamesTests {
  @Test(arguments: [
    ("page_token", "pageToken"), ("name", "name"), ("sha256_hash", "sha256Hash"),
    ("alreadyCamel", "alreadyCamel"), ("UPPER", "uPPER"), ("a_b_c", "aBC"),
    ("_odd__one_", "oddOne"),
  ])
  func `a field gets a name in camel case`(proto: String, swift: String) {
    #expect(Names.lowerCamel(proto) == swift)
  }

  @Test(arguments: [
    ("PROJECT_TYPE_DETECTION", "ProjectType", "detection"),
    ("GO_AWAY_REASON_TOO_MUCH", "GoAwayReason", "tooMuch"),
    ("HTTP_METHOD_GET", "HTTPMethod", "get"),
    ("RED", "Color", "red"),
    ("COLORFUL", "Color", "colorful"),
    ("COLOR", "Color", "color"),
    ("KIND_3D", "Kind", "kind3d"),
  ])
  func `a case drops the name of its enum`(value: String, enumeration: String, swift: String) {
    #expect(Names.enumCase(value, in: enumeration) == swift)
  }

  @Test(arguments: [
    ("diyml/v1/auth.proto", "diymlV1Auth"), ("a.proto", "a"), ("x-y/b.c_d.proto", "xYBCD"),
    ("3d/shape.proto", "file3dShape"), ("noSuffix", "noSuffix"),
  ])
  func `a file gets a constant named for its path`(path: String, constant: String) {
    #expect(Names.fileConstant(path) == constant)
  }

  @Test func `keywords get backticks and taken names an underscore`() {
    #expect(Names.quoted("class") == "`class`")
    #expect(Names.quoted("name") == "name")
    #expect(Names.safe("self") == "self_")
    #expect(Names.safe("name") == "name")
    #expect(Names.type("String") == "String_")
    #expect(Names.type("String", besides: ["String_"]) == "String__")
    #expect(Names.type("Box") == "Box")
    #expect(Names.member("value") == "self.value")
    #expect(Names.member("name") == "name")
  }
}
