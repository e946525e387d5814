import API
import RPCCore
import TestSupport
import Testing
import WellKnownTypes

/// The cases of projects: `ListProjects`, `GetProject`, `CreateProject`, `DeleteProject`,
/// `AnalyzeProject`.
enum ProjectCases {
  static let all = [
    listProjects, getProject, createProject, updateProject, deleteProject, analyzeProject,
  ]

  static let listProjects = MethodCases(
    DataMethods.listProjects, needs: .scope(.read), request: { _ in ListProjectsRequest() }
  ) { cases in
    cases.succeeds("by name, in pages") { world in
      let all = try await world.data.listProjects(
        ListProjectsRequest(pageSize: 1_000), options: world.options()
      ).projects
      #expect(all.map(\.name) == all.map(\.name).sorted())
      #expect(Set(all.map(\.name)).isSuperset(of: ["pets", "cells", "trained"]))
      #expect(all.allSatisfy { $0.owner == "ada" })
      let paged = try await everyPage { token in
        let page = try await world.data.listProjects(
          ListProjectsRequest(pageSize: 2, pageToken: token), options: world.options())
        #expect(page.projects.count <= 2)
        return (page.projects, page.nextPageToken)
      }
      #expect(paged == all)
    }
    cases.checks(.anothers, "projects are not listed") { world in
      let projects = try await world.data.listProjects(
        ListProjectsRequest(), options: world.options(.eve)
      ).projects
      #expect(!projects.contains { $0.owner != "eve" || $0.name == "trained" })
    }
    cases.none(.unknownName, "it names nothing but the caller's own")
    // The names of projects are its page tokens, so that most texts are one.
    cases.accepts(.bound, "a page of 1,000") { _ in ListProjectsRequest(pageSize: 1_000) }
    for size in [1_001, Int32.max] {
      cases.refuses(
        .pastBound, "a page of \(size)", .invalidArgument, ["page_size", "\(size)", "1000"],
        field: "page_size"
      ) { _ in ListProjectsRequest(pageSize: size) }
    }
    for (what, token) in Texts.badNames where !token.isEmpty {
      cases.refuses(
        .wrongArgument, "a page token with \(what)", .invalidArgument, ["page_token"],
        field: "page_token"
      ) { _ in ListProjectsRequest(pageToken: token) }
    }
  }

  static let getProject = MethodCases(
    DataMethods.getProject, needs: .scope(.read),
    request: { _ in GetProjectRequest(project: "pets") }
  ) { cases in
    cases.succeeds("with its classes, counts and state") { world in
      let project = try await world.data.getProject(
        GetProjectRequest(project: "trained"), options: world.options())
      #expect(project.project == "ada/trained")
      #expect(project.type == .classification)
      #expect(project.description == "trained of a test")
      #expect(project.classes.map(\.name) == ["red", "blue"])
      #expect(project.classes.allSatisfy { $0.id >= 1 })
      #expect(project.imageCount == 24)
      #expect(project.labeledImageCount == 24)
      #expect(project.trainingState == .succeeded)
      #expect(project.newestTraining == "ada/trained@1")
      #expect(project.publishedModels == ["ada/trained@1"])
      #expect(project.createTime != nil)
    }
    cases.addProjectCases { GetProjectRequest(project: $0) }
    cases.checks(.bound, "a project whose name has 64 bytes") { world in
      let name = try await world.makeProject(name: "g" + Texts.bytes(63))
      _ = try await world.data.getProject(
        GetProjectRequest(project: name), options: world.options())
    }
  }

  static let createProject = MethodCases(
    DataMethods.createProject, needs: .scope(.write),
    request: { CreateProjectRequest(project: $0.newName(), type: .classification) }
  ) { cases in
    for type in [ProjectType.classification, .detection] {
      cases.succeeds("of type \(type)") { world in
        let name = world.newName()
        let project = try await world.data.createProject(
          CreateProjectRequest(project: name, type: type, description: "Zoë’s"),
          options: world.options())
        #expect(project.project == "ada/\(name)")
        #expect(project.type == type)
        #expect(project.description == "Zoë’s")
        #expect(project.classes.isEmpty && project.imageCount == 0)
        #expect(project.trainingState == .unspecified)
        let read = try await world.data.getProject(
          GetProjectRequest(project: name), options: world.options())
        #expect(read == project)
      }
    }
    cases.accepts(.anothers, "name is free for oneself", as: .eve) { _ in
      CreateProjectRequest(project: "pets", type: .detection)
    }
    cases.none(.unknownName, "it makes what it names")
    for name in ["p", Texts.bytes(64)] {
      cases.accepts(.bound, "a name of \(name.utf8.count) bytes") { _ in
        CreateProjectRequest(project: name, type: .classification)
      }
    }
    cases.accepts(.bound, "a description of 1,000 bytes") { world in
      CreateProjectRequest(
        project: world.newName(), type: .detection, description: Texts.bytes(1_000))
    }
    cases.refuses(
      .pastBound, "a name of 65 bytes", .invalidArgument, ["project", "65", "64"], field: "project"
    ) { _ in CreateProjectRequest(project: Texts.bytes(65), type: .classification) }
    cases.refuses(
      .pastBound, "a description of 1,001 bytes", .invalidArgument,
      ["description", "1001", "1000"], field: "description"
    ) { world in
      CreateProjectRequest(
        project: world.newName(), type: .detection, description: Texts.bytes(1_001))
    }
    for (what, name) in Texts.badNames {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["project"], field: "project") { _ in
        CreateProjectRequest(project: name, type: .classification)
      }
    }
    for type in [ProjectType.unspecified, .unrecognized(9)] {
      cases.refuses(
        .wrongArgument, "type \(type.rawValue)", .invalidArgument, ["type"], field: "type"
      ) { CreateProjectRequest(project: $0.newName(), type: type) }
    }
    cases.refuses(.wrongArgument, "a name taken", .alreadyExists, ["pets"]) { _ in
      CreateProjectRequest(project: "pets", type: .classification)
    }
  }

  static let updateProject = MethodCases(
    DataMethods.updateProject, needs: .scope(.write),
    request: { UpdateProjectRequest(project: try await $0.makeProject(), description: "new") }
  ) { cases in
    cases.succeeds("and says so by another etag; nothing given changes nothing") { world in
      let name = try await world.makeProject()
      let before = try await world.data.getProject(
        GetProjectRequest(project: name), options: world.options())
      let same = try await world.data.updateProject(
        UpdateProjectRequest(project: name, etag: before.etag), options: world.options())
      #expect(same == before)
      let after = try await world.data.updateProject(
        UpdateProjectRequest(project: name, description: "", etag: before.etag),
        options: world.options())
      #expect(after.description.isEmpty && after.etag != before.etag)
      #expect(try #require(after.updateTime).sinceEpoch >= #require(before.updateTime).sinceEpoch)
      let read = try await world.data.getProject(
        GetProjectRequest(project: name), options: world.options())
      #expect(read == after)
    }
    cases.addProjectCases { UpdateProjectRequest(project: $0, description: "new") }
    cases.accepts(.bound, "a description of 1,000 bytes") {
      UpdateProjectRequest(
        project: try await $0.makeProject(), description: Texts.bytes(1_000))
    }
    cases.refuses(
      .pastBound, "a description of 1,001 bytes", .invalidArgument,
      ["description", "1001", "1000"], field: "description"
    ) { _ in UpdateProjectRequest(project: "pets", description: Texts.bytes(1_001)) }
    cases.refuses(
      .wrongArgument, "a stale etag", .aborted, ["pets", "changed"]
    ) { _ in UpdateProjectRequest(project: "pets", description: "x", etag: "stale") }
  }

  static let deleteProject = MethodCases(
    DataMethods.deleteProject, needs: .scope(.write),
    request: { DeleteProjectRequest(project: try await $0.makeProject()) }
  ) { cases in
    cases.succeeds("and makes its name free") { world in
      let name = try await world.makeProject()
      try await world.put(SyntheticImages.blobs(.blue, seed: 2_100), in: name, Annotation("cat"))
      _ = try await world.data.deleteProject(
        DeleteProjectRequest(project: name), options: world.options())
      let refused = await status {
        try await world.data.getProject(GetProjectRequest(project: name), options: world.options())
      }
      #expect(refused?.code == .notFound)
      _ = try await world.makeProject(name: name)
      let points = try await world.data.listImages(
        ListImagesRequest(project: name), options: world.options())
      #expect(points.images.isEmpty)
    }
    cases.addProjectCases { DeleteProjectRequest(project: $0) }
    cases.checks(.bound, "a project whose name has 64 bytes") { world in
      let name = try await world.makeProject(name: "d" + Texts.bytes(63))
      _ = try await world.data.deleteProject(
        DeleteProjectRequest(project: name), options: world.options())
    }
  }

  static let analyzeProject = MethodCases(
    DataMethods.analyzeProject, needs: .scope(.read),
    request: { _ in AnalyzeProjectRequest(project: "pets") }
  ) { cases in
    cases.succeeds("that is ready") { world in
      let analysis = try await world.data.analyzeProject(
        AnalyzeProjectRequest(project: "trained"), options: world.options())
      #expect(analysis.readyToTrain)
      #expect(analysis.imageCount == 24 && analysis.labeledImageCount == 24)
      #expect(analysis.sizeBytes > 24 * 1_000)
      #expect(analysis.classCounts.map(\.className) == ["red", "blue"])
      #expect(analysis.classCounts.map(\.images) == [12, 12])
      #expect(analysis.widthMedian == 64 && analysis.heightMedian == 64)
      #expect(!analysis.findings.contains { $0.severity == .error })
    }
    cases.succeeds("that is empty") { world in
      let name = try await world.makeProject()
      let analysis = try await world.data.analyzeProject(
        AnalyzeProjectRequest(project: name), options: world.options())
      #expect(!analysis.readyToTrain)
      let errors = analysis.findings.filter { $0.severity == .error }
      #expect(!errors.isEmpty)
      #expect(errors.allSatisfy { !$0.kind.isEmpty && !$0.message.isEmpty })
    }
    cases.succeeds("for detection") { world in
      let analysis = try await world.data.analyzeProject(
        AnalyzeProjectRequest(project: "cells"), options: world.options())
      #expect(analysis.imageCount == 1)
      #expect(analysis.classCounts.map(\.boxes) == [1])
    }
    cases.addProjectCases { AnalyzeProjectRequest(project: $0) }
    cases.checks(.bound, "a project whose name has 64 bytes") { world in
      let name = try await world.makeProject(name: "a" + Texts.bytes(63))
      _ = try await world.data.analyzeProject(
        AnalyzeProjectRequest(project: name), options: world.options())
    }
  }
}
