import API
import Codec
import Descriptors
import RPCCore
import Testing

struct ResourceAddressTests {
  @Test(arguments: [
    ("birds", ResourceAddress(owner: nil, project: "birds")),
    ("birds@7", ResourceAddress(owner: nil, project: "birds", number: 7)),
    ("ada/birds", ResourceAddress(owner: "ada", project: "birds")),
    ("ada/birds@1", ResourceAddress(owner: "ada", project: "birds", number: 1)),
    ("a.b-c_1/X@2147483647", ResourceAddress(owner: "a.b-c_1", project: "X", number: .max)),
    ("", ResourceAddress(owner: nil, project: "")),
    ("/birds", ResourceAddress(owner: "", project: "birds")),
    ("ada@1/birds", ResourceAddress(owner: "ada@1", project: "birds")),
  ])
  func `an address is read and written the same`(text: String, address: ResourceAddress) throws {
    #expect(try ResourceAddress(text) == address)
    #expect(address.description == text)
  }

  @Test(arguments: [
    ("ada/birds/1", ResourceAddressError.form),
    ("ada/birds@1@2", .form),
    ("ada/birds@", .number("")),
    ("ada/birds@0", .number("0")),
    ("birds@01", .number("01")),
    ("birds@+1", .number("+1")),
    ("birds@-1", .number("-1")),
    ("birds@1.0", .number("1.0")),
    ("birds@٣", .number("٣")),
    ("birds@2147483648", .number("2147483648")),
  ])
  func `what is not an address is refused with what is wrong`(
    text: String, error: ResourceAddressError
  ) {
    #expect(throws: error) { try ResourceAddress(text) }
  }

  @Test func `answers say what their addresses consist of`() {
    let job = TrainingJob(training: "ada/birds@3")
    #expect(job.number == 3 && job.address.projectAddress == "ada/birds")
    let project = Project(project: "ada/birds", newestTraining: "ada/birds@3")
    #expect(project.owner == "ada" && project.name == "birds")
    #expect(ResourceAddress.number(of: project.newestTraining) == 3)
    #expect(ResourceAddress.number(of: "") == nil)
  }
}

struct ErrorReasonTests {
  @Test func `every reason has the name that its descriptor has`() throws {
    let type = try #require(
      try ProtoFile.diymlV1Errors.schema().enumeration(named: "diyml.v1.ErrorReason"))
    for (name, number) in type.values where number > 0 {
      let reason = try #require(ErrorReason.named.first { $0.rawValue == number })
      #expect("ERROR_REASON_\(reason.name)" == name && reason.code != .unknown)
      #expect(Status(reason, "").reason == reason)
    }
  }
}
