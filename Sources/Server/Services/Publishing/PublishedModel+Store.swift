internal import API
internal import Codec
internal import RPCCore
internal import Store

extension DataStore {
  /// The published model of an address as a request has it.
  ///
  /// - Throws: `INVALID_ARGUMENT` when it is not a valid address, `NOT_FOUND` when nothing is published
  ///   there, to its owner too.
  func publication(addressed text: String) async throws -> PublicationRecord {
    let address: ModelAddress
    do {
      address = try ModelAddress(text)
    } catch {
      throw invalid("model", "\(error)")
    }
    do {
      return try await publication(
        owner: address.owner, project: address.project, version: address.version ?? 0)
    } catch StoreError.notFound {
      throw Status(
        .notFound, "no model is published as '\(address)'",
        details: [.resource(kind: "published model", name: "\(address)")])
    }
  }
}

extension ModelCard {
  init(_ publication: PublicationRecord) throws(DecodingError) {
    let (training, model) = (publication.training, publication.model)
    let start = training.startTime?.unixMilliseconds ?? 0
    let end = training.endTime?.unixMilliseconds ?? start
    self.init(
      model: publication.message, metrics: try ModelMetrics(serialized: model.metrics),
      parameters: try TrainingParameters(serialized: training.parameters),
      architecture: model.architecture, inputSide: model.inputSide,
      weightsHash: model.weights.hex, weightsBytes: model.weightsBytes,
      dataSetHash: training.dataSetHash, trainingSeconds: Double(end - start) / 1_000)
  }
}
