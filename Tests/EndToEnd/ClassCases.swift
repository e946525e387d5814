import API
import RPCCore
import TestSupport
import Testing

/// The cases of class lists: `SetClasses`, `GetClasses`, `DeleteClasses`.
enum ClassCases {
  static let all = [setClasses, getClasses, deleteClasses]

  /// Sets the classes of a new project.
  private static func set(_ names: [String], _ world: World) async throws -> SetClassesRequest {
    SetClassesRequest(
      project: try await world.makeProject(classes: []), classes: names.map { Class(name: $0) })
  }

  static let setClasses = MethodCases(
    DataMethods.setClasses, needs: .scope(.write), request: { try await set(["cat"], $0) }
  ) { cases in
    cases.succeeds("that keep their ids when renamed and moved") { world in
      let project = try await world.makeProject()
      try await world.put(
        SyntheticImages.blobs(.red, seed: 2_200), in: project, Annotation("cat"))
      let before = try await world.data.getClasses(
        GetClassesRequest(project: project), options: world.options()
      ).classes
      let cat = try #require(before.first { $0.name == "cat" })
      let after = try await world.data.setClasses(
        SetClassesRequest(
          project: project,
          classes: [Class(name: "bird"), Class(id: cat.id, name: "kitten"), Class(name: "dog")]),
        options: world.options()
      ).classes
      #expect(after.map(\.name) == ["bird", "kitten", "dog"])
      #expect(after[1].id == cat.id)
      #expect(after[2].id == before.first { $0.name == "dog" }?.id)
      #expect(Set(after.map(\.id)).count == 3)
      let points = try await world.data.listImages(
        ListImagesRequest(project: project), options: world.options()
      ).images
      #expect(points.map(\.annotation) == [Annotation("kitten")])
    }
    cases.addProjectCases { SetClassesRequest(project: $0, classes: [Class(name: "red")]) }
    for count in [1, 64] {
      cases.accepts(.bound, "a class name of \(count) bytes") {
        try await set([Texts.bytes(count)], $0)
      }
    }
    cases.accepts(.bound, "a class name of 64 bytes in 16 letters") {
      try await set([String(repeating: "🦊", count: 16)], $0)
    }
    cases.accepts(.bound, "1,000 classes") { try await set((0..<1_000).map { "c\($0)" }, $0) }
    cases.accepts(.bound, "no class") { try await set([], $0) }
    cases.refuses(
      .pastBound, "1,001 classes", .invalidArgument, ["classes", "1001", "1000"]
    ) { try await set((0..<1_001).map { "c\($0)" }, $0) }
    cases.refuses(
      .pastBound, "a class name of 65 bytes", .invalidArgument, ["65", "64"],
      field: "classes[1].name"
    ) { try await set(["cat", Texts.bytes(65)], $0) }
    for (what, name) in Texts.badClassNames {
      cases.refuses(
        .wrongArgument, "a class name with \(what)", .invalidArgument, ["class"],
        field: "classes[0].name"
      ) { try await set([name], $0) }
    }
    cases.refuses(.wrongArgument, "a name twice", .invalidArgument, ["class", "cat"]) {
      try await set(["cat", "dog", "cat"], $0)
    }
    cases.refuses(.wrongArgument, "an id that no class has", .notFound, ["class", "4711"]) {
      SetClassesRequest(
        project: try await $0.makeProject(), classes: [Class(id: 4_711, name: "bird")])
    }
    cases.refuses(
      .wrongArgument, "a list without a class in use", .failedPrecondition, ["class", "cat", "1"]
    ) { _ in SetClassesRequest(project: "pets", classes: [Class(name: "dog")]) }
  }

  static let getClasses = MethodCases(
    DataMethods.getClasses, needs: .scope(.read),
    request: { _ in GetClassesRequest(project: "pets") }
  ) { cases in
    cases.succeeds("in their order") { world in
      let classes = try await world.data.getClasses(
        GetClassesRequest(project: "pets"), options: world.options()
      ).classes
      #expect(classes.map(\.name) == ["cat", "dog"])
    }
    cases.addProjectCases { GetClassesRequest(project: $0) }
    cases.checks(.bound, "1,000 classes") { world in
      let names = (0..<1_000).map { "class \($0)" }
      let project = try await world.makeProject(classes: names)
      let classes = try await world.data.getClasses(
        GetClassesRequest(project: project), options: world.options()
      ).classes
      #expect(classes.map(\.name) == names)
    }
  }

  static let deleteClasses = MethodCases(
    DataMethods.deleteClasses, needs: .scope(.write),
    request: { DeleteClassesRequest(project: try await $0.makeProject()) }
  ) { cases in
    cases.succeeds("that nothing uses") { world in
      let project = try await world.makeProject()
      _ = try await world.data.deleteClasses(
        DeleteClassesRequest(project: project), options: world.options())
      let classes = try await world.data.getClasses(
        GetClassesRequest(project: project), options: world.options()
      ).classes
      #expect(classes.isEmpty)
    }
    cases.succeeds("by force, with the annotations of images") { world in
      let project = try await world.makeProject()
      try await world.put(
        SyntheticImages.blobs(.red, seed: 2_300), in: project, Annotation("cat"))
      _ = try await world.data.deleteClasses(
        DeleteClassesRequest(project: project, force: true), options: world.options())
      let points = try await world.data.listImages(
        ListImagesRequest(project: project, unlabeled: true), options: world.options()
      ).images
      #expect(points.count == 1)
    }
    cases.addProjectCases { DeleteClassesRequest(project: $0) }
    cases.checks(.bound, "1,000 classes") { world in
      let project = try await world.makeProject(classes: (0..<1_000).map { "c\($0)" })
      _ = try await world.data.deleteClasses(
        DeleteClassesRequest(project: project), options: world.options())
    }
    cases.refuses(
      .wrongArgument, "that images use", .failedPrecondition, ["class", "cat"]
    ) { _ in DeleteClassesRequest(project: "pets") }
  }
}
