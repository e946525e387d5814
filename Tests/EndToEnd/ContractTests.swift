import API
import Foundation
import RPCCore
import TestSupport
import Testing

/// Every method of the contract, in every way that it may be called.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ContractTests {
  private static let methods: [MethodDescriptor] =
    AuthMethods.all + DataMethods.all + TrainingMethods.all + PublishingMethods.all
    + InferenceMethods.all

  private static let cases: [MethodCases] =
    AccountCases.all + TokenCases.all + ProjectCases.all + ClassCases.all + UploadCases.all
    + ImageCases.all + TrainingCases.all + PublishingCases.all + InferenceCases.all

  @Test(arguments: Transport.allCases)
  func `every method answers as the contract says`(transport: Transport) async throws {
    try await House.with(transport) { caller in
      let world = try await World(filling: caller)
      var run = MatrixRun(methods: Self.methods, cases: Self.cases)
      await run.run(in: world)
      print("Method by case over \(transport):\n\(run.table)")
      try checkPage(run.reasonTable)
    }
  }

  /// Compares with the page's table, which `DIYML_UPDATE_GOLDEN` has written anew.
  private func checkPage(_ table: String) throws {
    let path = TestData.package.appending(path: "Docs/Errors.md")
    let page = try String(contentsOf: path, encoding: .utf8)
    let heading = "## Method by reason\n\n"
    let start = try #require(page.range(of: heading)).upperBound
    if ProcessInfo.processInfo.environment["DIYML_UPDATE_GOLDEN"] != nil {
      try (page[..<start] + table + "\n").write(to: path, atomically: true, encoding: .utf8)
    } else {
      #expect(page[start...] == table + "\n", "run the test with DIYML_UPDATE_GOLDEN=1")
    }
  }
}
