internal import API
internal import Codec
internal import RPCCore
internal import Store
internal import WellKnownTypes

extension DataStore {
  /// The published model of an address as a request has it.
  ///
  /// - Throws: `INVALID_ARGUMENT` when it is not a valid address, `NOT_FOUND` when nothing is published
  ///   there, to its owner too.
  func publication(
    addressed text: String, by caller: AccountRecord?
  ) async throws -> PublicationRecord {
    var address = try checkedAddress(text, "model")
    guard let owner = address.owner ?? caller?.name else {
      throw invalid("model", "\(quoted(text)) has no owner")
    }
    address.owner = owner
    do {
      return try await publication(
        owner: owner, project: address.project, number: address.number)
    } catch StoreError.notFound {
      throw Status(
        .modelNotFound, "no model is published as '\(address)'",
        details: [.resource(kind: "published model", name: "\(address)")])
    }
  }
}

extension Model {
  init(_ publication: PublicationRecord) throws(DecodingError) {
    let (training, model) = (publication.training, publication.model)
    self = publication.message
    metrics = try ModelMetrics(serialized: model.metrics)
    parameters = try TrainingParameters(serialized: training.parameters)
    architecture = model.architecture
    inputSide = model.inputSide
    fileHash = model.weights.hex
    sizeBytes = model.weightsBytes
    dataSetHash = training.dataSetHash
    if let start = training.startTime, let end = training.endTime {
      trainingTime = ProtoDuration(
        .milliseconds(end.unixMilliseconds - start.unixMilliseconds))
    }
  }

  /// As lists show it: without the figures of single classes, which may be many.
  init(listed publication: PublicationRecord) throws(DecodingError) {
    try self.init(publication)
    metrics?.classes = []
    metrics?.confusion = []
    metrics?.detection?.classes = []
  }
}
