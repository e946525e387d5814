import Testing

@testable import Services

struct PublishingModelAddressTests {
  @Test(arguments: [
    ("ada/birds", ModelAddress(owner: "ada", project: "birds", version: nil)),
    ("ada/birds@1", ModelAddress(owner: "ada", project: "birds", version: 1)),
    ("a.b-c_1/X@2147483647", ModelAddress(owner: "a.b-c_1", project: "X", version: .max)),
  ])
  func `an address is read and written the same`(text: String, address: ModelAddress) throws {
    #expect(try ModelAddress(text) == address)
    #expect(address.description == text)
  }

  @Test(arguments: [
    ("", ModelAddressError.notOwnerSlashProject("")),
    ("ada", .notOwnerSlashProject("ada")),
    ("ada/birds/1", .notOwnerSlashProject("ada/birds/1")),
    ("ada/birds@1@2", .notOwnerSlashProject("ada/birds@1@2")),
    ("/birds", .badOwner("")),
    ("../birds", .badOwner("..")),
    (".a/birds", .badOwner(".a")),
    ("ada@1/birds", .badOwner("ada@1")),
    ("a b/birds", .badOwner("a b")),
    ("é/birds", .badOwner("é")),
    ("ada/", .badProject("")),
    ("ada/a..b", .badProject("a..b")),
    ("ada/\0", .badProject("\0")),
    ("ada/@1", .badProject("")),
    ("ada/birds@", .badVersion("")),
    ("ada/birds@0", .badVersion("0")),
    ("ada/birds@01", .badVersion("01")),
    ("ada/birds@+1", .badVersion("+1")),
    ("ada/birds@-1", .badVersion("-1")),
    ("ada/birds@1.0", .badVersion("1.0")),
    ("ada/birds@٣", .badVersion("٣")),
    ("ada/birds@2147483648", .badVersion("2147483648")),
  ])
  func `what is not a valid address is refused with the part that is wrong`(
    text: String, error: ModelAddressError
  ) {
    #expect(throws: error) { try ModelAddress(text) }
  }

  @Test(arguments: [(64, true), (65, false)])
  func `names have at most 64 bytes`(bytes: Int, isAccepted: Bool) {
    let name = String(repeating: "a", count: bytes)
    #expect(((try? ModelAddress("\(name)/b")) != nil) == isAccepted)
    #expect(((try? ModelAddress("a/\(name)@2147483647")) != nil) == isAccepted)
  }

  @Test func `an overlong address is refused before it is looked into`() {
    let text = String(repeating: "/", count: ModelAddress.bytesMax + 1)
    #expect(throws: ModelAddressError.tooLong(bytes: ModelAddress.bytesMax + 1)) {
      try ModelAddress(text)
    }
    let name = String(repeating: "a", count: 64)
    #expect("\(name)/\(name)@2147483647".utf8.count == ModelAddress.bytesMax)
  }

  @Test func `an error does not carry control characters on`() {
    let error = ModelAddressError.badOwner("a\u{1B}[31m\n")
    #expect(!error.description.contains("\u{1B}") && !error.description.contains("\n"))
  }
}
