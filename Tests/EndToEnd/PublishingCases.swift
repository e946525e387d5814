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
    request: { _ in PublishRequest(training: "trained", description: description) }
  ) { cases in
    cases.succeeds("again, which changes the description") { world in
      for text in ["Another text.", description] {
        let model = try await world.publishing.publish(
          PublishRequest(training: "trained@1", description: text),
          options: world.options())
        #expect(model.model == "ada/trained@1")
        #expect(model.description == text)
        #expect(model.type == .classification && model.classNames == ["red", "blue"])
        #expect((model.metrics?.accuracy ?? 0) > 0.7 && model.publishTime != nil)
      }
    }
    cases.addProjectCases(field: "training") { PublishRequest(training: $0) }
    cases.refuses(.unknownName, "version", .notFound, ["training", "2"]) { _ in
      PublishRequest(training: "trained@2")
    }
    cases.checks(.bound, "a description of 1,000 bytes") { world in
      for text in [Texts.bytes(1_000), description] {
        _ = try await world.publishing.publish(
          PublishRequest(training: "trained", description: text), options: world.options())
      }
    }
    cases.refuses(
      .pastBound, "a description of 1,001 bytes", .invalidArgument,
      ["description", "1001", "1000"], field: "description"
    ) { _ in PublishRequest(training: "trained", description: Texts.bytes(1_001)) }
    cases.refuses(
      .wrongArgument, "a project without a model", .failedPrecondition, ["training", "pets"]
    ) { _ in PublishRequest(training: "pets") }
    cases.refuses(
      .wrongArgument, "a training that was cancelled", .failedPrecondition, ["training", "1"]
    ) { world in
      let project = try await world.makeTrainable()
      _ = try await world.training.train(TrainRequest(project: project), options: world.options())
      _ = try await world.training.cancelTraining(
        CancelTrainingRequest(training: "\(project)@1"), options: world.options())
      return PublishRequest(training: "\(project)@1")
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
        #expect(found.models.map(\.model) == ["ada/trained@1"])
        #expect(found.nextPageToken.isEmpty)
      }
    }
    cases.checks(.anothers, "models are everyone's to find") { world in
      let found = try await world.publishing.searchPublished(
        SearchPublishedRequest(owner: "ada"), options: world.options(.eve))
      #expect(found.models.map(\.model) == ["ada/trained@1"])
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
        #expect(model.model == "ada/trained@1")
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
    request: { _ in UnpublishRequest(target: .project("trained")) }
  ) { cases in
    for target in [UnpublishRequest.Target.model("trained@1"), .project("ada/trained")] {
      cases.succeeds("\(target), and nobody finds it") { world in
        let answer = try await world.publishing.unpublish(
          UnpublishRequest(target: target), options: world.options())
        #expect(answer.models == ["ada/trained@1"])
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
          PublishRequest(training: "trained", description: description), options: world.options())
      }
    }
    cases.addProjectCases { UnpublishRequest(target: .project($0)) }
    cases.refuses(.unknownName, "version", .notFound, ["2"]) { _ in
      UnpublishRequest(target: .model("trained@2"))
    }
    cases.refuses(.unknownName, "project where none is published", .notFound, ["pets"]) { _ in
      UnpublishRequest(target: .project("pets"))
    }
    cases.addProjectCases(own: "trained@1", field: "model") { UnpublishRequest(target: .model($0)) }
    cases.refuses(
      .wrongArgument, "a model without its number", .invalidArgument, ["trained", "number"],
      field: "model"
    ) { _ in UnpublishRequest(target: .model("trained")) }
    cases.refuses(
      .wrongArgument, "a project with a number", .invalidArgument, ["trained@1"], field: "project"
    ) { _ in UnpublishRequest(target: .project("trained@1")) }
    cases.refuses(
      .wrongArgument, "no target", .invalidArgument, ["model", "project"], field: "target"
    ) { _ in
      UnpublishRequest()
    }
  }
}
