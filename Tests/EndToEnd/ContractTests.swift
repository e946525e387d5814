import API
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
    }
  }
}
