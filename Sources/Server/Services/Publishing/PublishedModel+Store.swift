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
    return try await translatingStoreErrors {
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
}

extension PublishedModel {
  init(_ publication: PublicationRecord) {
    self.init(
      owner: publication.owner, project: publication.training.projectName,
      version: publication.version, type: ProjectType(publication.training.kind),
      description: publication.description, classNames: publication.classNames,
      publishTimeUnixMs: publication.publishTime.unixMilliseconds)
    switch publication.model.facts.quality {
    case .classification(let value): accuracy = value
    case .detection(let precision, let precision50): (map, map50) = (precision, precision50)
    }
  }
}

extension ModelCard {
  init(_ publication: PublicationRecord) throws(DecodingError) {
    let training = publication.training
    let facts = publication.model.facts
    let start = training.startTime?.unixMilliseconds ?? 0
    let end = training.endTime?.unixMilliseconds ?? start
    self.init(
      model: PublishedModel(publication), metrics: try ModelMetrics(serialized: facts.metrics),
      parameters: try TrainingParameters(serialized: training.parameters),
      architecture: facts.architecture, inputSide: facts.inputSide,
      weightsHash: publication.model.weights.hex, weightsBytes: publication.model.weightsBytes,
      dataSetHash: training.dataSetHash, trainingSeconds: Double(end - start) / 1_000)
  }
}
