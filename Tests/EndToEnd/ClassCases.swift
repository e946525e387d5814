import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of class lists.
enum ClassCases {
  static let all = [
    setClasses, createClass, updateClass, deleteClass, mergeClasses, getClasses, deleteClasses,
  ]

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
    cases.refuses(.wrongArgument, "a stale etag", .aborted, ["pets", "changed"]) { _ in
      SetClassesRequest(project: "pets", classes: [Class(name: "cat")], etag: "stale")
    }
    cases.refuses(
      .wrongArgument, "a list without a class in use", .failedPrecondition, ["class", "cat", "1"]
    ) { _ in SetClassesRequest(project: "pets", classes: [Class(name: "dog")]) }
  }

  static let createClass = MethodCases(
    DataMethods.createClass, needs: .scope(.write),
    request: { CreateClassRequest(project: try await $0.makeProject(), name: "bird") }
  ) { cases in
    cases.succeeds("at the end, with an id of its own and another etag") { world in
      let project = try await world.makeProject()
      let before = try await world.classes(of: project)
      let after = try await world.data.createClass(
        CreateClassRequest(project: project, name: "bird"), options: world.options())
      #expect(after.classes.map(\.name) == ["cat", "dog", "bird"])
      #expect(Array(after.classes.prefix(2)) == before.classes && after.etag != before.etag)
      #expect(try await world.classes(of: project) == after)
    }
    cases.addProjectCases { CreateClassRequest(project: $0, name: "bird") }
    cases.addClassNameCases { CreateClassRequest(project: $0, name: $1) }
    cases.refuses(.wrongArgument, "a name that is taken", .alreadyExists, ["cat"]) { _ in
      CreateClassRequest(project: "pets", name: "cat")
    }
  }

  static let updateClass = MethodCases(
    DataMethods.updateClass, needs: .scope(.write),
    request: { world in
      let project = try await world.makeProject()
      let id = try await world.classes(of: project).classes[0].id
      return UpdateClassRequest(project: project, id: id, name: "tom")
    }
  ) { cases in
    cases.succeeds("and annotations have the new name") { world in
      let project = try await world.makeProject()
      try await world.put(
        SyntheticImages.blobs(.red, seed: 2_310), in: project, Annotation("cat"))
      let before = try await world.classes(of: project)
      let after = try await world.data.updateClass(
        UpdateClassRequest(
          project: project, id: before.classes[0].id, name: "tom", etag: before.etag),
        options: world.options())
      #expect(after.classes.map(\.name) == ["tom", "dog"])
      #expect(after.classes.map(\.id) == before.classes.map(\.id))
      let images = try await world.list(ListImagesRequest(project: project))
      #expect(images.map(\.annotation) == [Annotation("tom")])
    }
    cases.addProjectCases { UpdateClassRequest(project: $0, id: 1, name: "bird") }
    cases.addClassNameCases { UpdateClassRequest(project: $0, id: 1, name: $1) }
    cases.addClassChangeCases { UpdateClassRequest(project: $0, id: $1, name: "bird", etag: $2) }
    cases.refuses(.wrongArgument, "a name that is taken", .alreadyExists, ["dog"]) { world in
      let id = try await world.classes(of: "pets").classes[0].id
      return UpdateClassRequest(project: "pets", id: id, name: "dog")
    }
  }

  static let deleteClass = MethodCases(
    DataMethods.deleteClass, needs: .scope(.write),
    request: { world in
      let project = try await world.makeProject()
      let id = try await world.classes(of: project).classes[0].id
      return DeleteClassRequest(project: project, id: id)
    }
  ) { cases in
    cases.succeeds("and the others stay") { world in
      let project = try await world.makeProject()
      let before = try await world.classes(of: project)
      let after = try await world.data.deleteClass(
        DeleteClassRequest(project: project, id: before.classes[0].id, etag: before.etag),
        options: world.options())
      #expect(after.classes == Array(before.classes.dropFirst()))
    }
    cases.addProjectCases { DeleteClassRequest(project: $0, id: 1) }
    cases.addClassChangeCases { DeleteClassRequest(project: $0, id: $1, etag: $2) }
    cases.refuses(.wrongArgument, "a class in use", .failedPrecondition, ["cat", "1"]) { world in
      let id = try await world.classes(of: "pets").classes[0].id
      return DeleteClassRequest(project: "pets", id: id)
    }
  }

  static let mergeClasses = MethodCases(
    DataMethods.mergeClasses, needs: .scope(.write),
    request: { world in
      let project = try await world.makeProject()
      let ids = try await world.classes(of: project).classes.map(\.id)
      return MergeClassesRequest(project: project, id: ids[0], mergedIds: [ids[1]])
    }
  ) { cases in
    cases.succeeds("and images have the class that stays") { world in
      let project = try await world.makeProject()
      for (seed, name) in [(UInt64(2_320), "cat"), (2_321, "dog")] {
        try await world.put(
          SyntheticImages.blobs(.red, seed: seed), in: project, Annotation(name))
      }
      let images = try await world.list(ListImagesRequest(project: project))
      let before = try await world.classes(of: project)
      let after = try await world.data.mergeClasses(
        MergeClassesRequest(
          project: project, id: before.classes[1].id, mergedIds: [before.classes[0].id],
          etag: before.etag),
        options: world.options())
      #expect(after.classes == [before.classes[1]])
      let merged = try await world.list(ListImagesRequest(project: project))
      #expect(merged.map(\.annotation) == [Annotation("dog"), Annotation("dog")])
      #expect(merged[0].etag != images[0].etag && merged[1] == images[1])
    }
    cases.succeeds("of boxes") { world in
      let project = try await world.makeProject(.detection, classes: ["a", "b", "c"])
      func boxes(_ names: [String]) -> Annotation {
        Annotation(boxes: names.map { Box(xMin: 1, yMin: 1, xMax: 9, yMax: 9, className: $0) })
      }
      try await world.put(
        SyntheticImages.blobs(.red, seed: 2_322), in: project, boxes(["a", "b", "c"]))
      let ids = try await world.classes(of: project).classes.map(\.id)
      _ = try await world.data.mergeClasses(
        MergeClassesRequest(project: project, id: ids[0], mergedIds: [ids[1], ids[2]]),
        options: world.options())
      let images = try await world.list(ListImagesRequest(project: project))
      #expect(images.map(\.annotation) == [boxes(["a", "a", "a"])])
    }
    cases.addProjectCases { MergeClassesRequest(project: $0, id: 1, mergedIds: [2]) }
    cases.addClassChangeCases {
      MergeClassesRequest(project: $0, id: $1, mergedIds: [$1 == 1 ? 2 : 1], etag: $2)
    }
    for count in [0, 1_001] {
      cases.refuses(
        .pastBound, "\(count) classes to merge", .invalidArgument, ["\(count)", "1000"],
        field: "merged_ids"
      ) { _ in
        MergeClassesRequest(project: "pets", id: 1, mergedIds: Array(repeating: 2, count: count))
      }
    }
    cases.refuses(.wrongArgument, "a class with itself", .invalidArgument, ["class"]) { world in
      let id = try await world.classes(of: "pets").classes[0].id
      return MergeClassesRequest(project: "pets", id: id, mergedIds: [id])
    }
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

extension World {
  fileprivate func classes(of project: String) async throws -> ClassList {
    try await data.getClasses(GetClassesRequest(project: project), options: options())
  }
}

extension MethodCases {
  /// The cases of a method that takes the name of a class that there is to be.
  fileprivate mutating func addClassNameCases<Q: Message>(
    _ request: @escaping @Sendable (_ project: String, _ name: String) -> Q
  ) {
    refuses(
      .pastBound, "a class name of 65 bytes", .invalidArgument, ["65", "64"], field: "name"
    ) { _ in request("pets", Texts.bytes(65)) }
    for (what, name) in Texts.badClassNames {
      refuses(
        .wrongArgument, "a class name with \(what)", .invalidArgument, ["class"], field: "name"
      ) { _ in request("pets", name) }
    }
  }

  /// The cases of a method that changes a class of a list as it was read.
  fileprivate mutating func addClassChangeCases<Q: Message>(
    _ request: @escaping @Sendable (_ project: String, _ id: Int32, _ etag: String) -> Q
  ) {
    for id in [Int32(0), -1, 4_711, .max] {
      refuses(.unknownName, "class \(id)", .notFound, ["class", "\(id)"]) { _ in
        request("pets", id, "")
      }
    }
    refuses(.wrongArgument, "a stale etag", .aborted, ["pets", "changed"]) { _ in
      request("pets", 1, "stale")
    }
  }
}
