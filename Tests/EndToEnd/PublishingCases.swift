import API
import RPCCore
import TestSupport
import Testing
import WellKnownTypes

/// The cases of published models: `Publish`, `SearchPublished`, `GetModelCard`, `Unpublish`.
enum PublishingCases {
  static let all = [publish, searchPublished, getModel, unpublish]

  private static let description = "Tells red from blue."

  static let publish = MethodCases(
    PublishingMethods.publish, needs: .scope(.publish),
    request: { _ in PublishRequest(project: "trained", description: description) }
  ) { cases in
    cases.succeeds("again, which changes the description") { world in
      for text in ["Another text.", description] {
        let model = try await world.publishing.publish(
          PublishRequest(project: "trained", version: 1, description: text),
          options: world.options())
        #expect(model.owner == "ada" && model.project == "trained" && model.version == 1)
        #expect(model.description == text)
        #expect(model.type == .classification && model.classNames == ["red", "blue"])
        #expect((model.metrics?.accuracy ?? 0) > 0.7 && model.publishTime != nil)
      }
    }
    cases.addProjectCases { PublishRequest(project: $0) }
    cases.refuses(.unknownName, "version", .notFound, ["training", "2"]) { _ in
      PublishRequest(project: "trained", version: 2)
    }
    cases.checks(.bound, "a description of 1,000 bytes") { world in
      for text in [Texts.bytes(1_000), description] {
        _ = try await world.publishing.publish(
          PublishRequest(project: "trained", description: text), options: world.options())
      }
    }
    cases.refuses(
      .pastBound, "a description of 1,001 bytes", .invalidArgument,
      ["description", "1001", "1000"], field: "description"
    ) { _ in PublishRequest(project: "trained", description: Texts.bytes(1_001)) }
    cases.refuses(
      .wrongArgument, "a project without a model", .failedPrecondition, ["training", "pets"]
    ) { _ in PublishRequest(project: "pets") }
    cases.refuses(
      .wrongArgument, "a training that was cancelled", .failedPrecondition, ["training", "1"]
    ) { world in
      let project = try await world.makeTrainable()
      _ = try await world.training.train(TrainRequest(project: project), options: world.options())
      _ = try await world.training.cancelTraining(
        CancelTrainingRequest(project: project), options: world.options())
      return PublishRequest(project: project, version: 1)
    }
  }

  static let searchPublished = MethodCases(
    PublishingMethods.searchPublished, needs: .scope(.infer),
    request: { _ in SearchPublishedRequest() }
  ) { cases in
    for (what, request) in [
      ("everything", SearchPublishedRequest()),
      ("by owner", SearchPublishedRequest(owner: "ada")),
      ("by project", SearchPublishedRequest(text: "RAINE")),
      ("by description", SearchPublishedRequest(text: "from blue")),
      ("by class", SearchPublishedRequest(owner: "ada", text: "Red")),
      ("in pages", SearchPublishedRequest(pageSize: 1)),
    ] {
      cases.succeeds(what) { world in
        let found = try await world.publishing.searchPublished(request, options: world.options())
        #expect(found.models.map(\.project) == ["trained"])
        #expect(found.nextPageToken.isEmpty)
      }
    }
    cases.checks(.anothers, "models are everyone's to find") { world in
      let found = try await world.publishing.searchPublished(
        SearchPublishedRequest(owner: "ada"), options: world.options(.eve))
      #expect(found.models.map(\.project) == ["trained"])
    }
    for request in [
      SearchPublishedRequest(owner: "nobody"), SearchPublishedRequest(text: "%"),
      SearchPublishedRequest(owner: "eve", text: "red"),
    ] {
      cases.checks(.unknownName, "nothing of \(request.owner) '\(request.text)'") { world in
        let found = try await world.publishing.searchPublished(request, options: world.options())
        #expect(found.models.isEmpty)
      }
    }
    cases.accepts(.bound, "a text of 256 bytes") { _ in
      SearchPublishedRequest(text: Texts.bytes(256))
    }
    cases.refuses(
      .pastBound, "a text of 257 bytes", .invalidArgument, ["text", "257", "256"], field: "text"
    ) { _ in SearchPublishedRequest(text: Texts.bytes(257)) }
    for (what, name) in Texts.badNames where !name.isEmpty {
      cases.refuses(
        .wrongArgument, "an owner with \(what)", .invalidArgument, ["owner"], field: "owner"
      ) { _ in SearchPublishedRequest(owner: name) }
    }
    cases.addPageCases { SearchPublishedRequest(pageSize: $0, pageToken: $1) }
  }

  static let getModel = MethodCases(
    PublishingMethods.getModel, needs: .scope(.infer),
    request: { _ in GetModelRequest(model: "ada/trained") }
  ) { cases in
    for model in ["ada/trained", "ada/trained@1"] {
      cases.succeeds("of \(model)") { world in
        let model = try await world.publishing.getModel(
          GetModelRequest(model: model), options: world.options(.eve))
        #expect(model.owner == "ada" && model.version == 1)
        #expect(model.architecture == "efficientnet-lite0" && model.inputSide == 64)
        #expect(model.fileHash.utf8.count == 64 && model.sizeBytes > 1 << 20)
        #expect(model.dataSetHash == (try await world.job("trained")).dataSetHash)
        #expect(model.metrics?.classes.count == 2 && model.parameters?.headOnly == true)
        #expect((model.trainingTime?.duration ?? .zero) > .zero)
      }
    }
    cases.addModelCases { GetModelRequest(model: $0) }
  }

  static let unpublish = MethodCases(
    PublishingMethods.unpublish, needs: .scope(.publish),
    request: { _ in UnpublishRequest(project: "trained") }
  ) { cases in
    for version in [Int32(1), 0] {
      cases.succeeds("version \(version), and nobody finds it") { world in
        let answer = try await world.publishing.unpublish(
          UnpublishRequest(project: "trained", version: version), options: world.options())
        #expect(answer.versions == [1])
        for person in [Person.ada, .eve] {
          let refused = await status {
            try await world.publishing.getModel(
              GetModelRequest(model: "ada/trained"), options: world.options(person))
          }
          #expect(refused?.code == .notFound)
          let inference = await status {
            try await world.inference.infer(
              InferRequest(model: "ada/trained@1", image: InferenceCases.red),
              options: world.options(person))
          }
          #expect(inference?.code == .notFound)
        }
        _ = try await world.publishing.publish(
          PublishRequest(project: "trained", description: description), options: world.options())
      }
    }
    cases.addProjectCases { UnpublishRequest(project: $0) }
    cases.refuses(.unknownName, "version", .notFound, ["2"]) { _ in
      UnpublishRequest(project: "trained", version: 2)
    }
    cases.refuses(.unknownName, "project where none is published", .notFound, ["pets"]) { _ in
      UnpublishRequest(project: "pets")
    }
    cases.none(.bound, "its arguments have no bounds")
  }
}
