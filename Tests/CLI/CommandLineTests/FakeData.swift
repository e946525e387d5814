import API
import Codec
import Cryptography
import Foundation
import RPCCore
import WellKnownTypes

/// Keeps images in memory; a file whose text is `bad` is not an image.
struct FakeData: DataService {
  let backend: FakeBackend

  func listProjects(
    _ request: ListProjectsRequest, context: ServerContext
  ) async throws -> ListProjectsResponse {
    ListProjectsResponse(
      projects: try backend.authorized(context) { [$0.project].compactMap { $0 } })
  }

  func getProject(
    _ request: GetProjectRequest, context: ServerContext
  ) async throws -> Project {
    try backend.about(request.project, context) { state, project in
      var project = project
      project.newestTraining = state.job?.training ?? (state.events.isEmpty ? "" : "ada/pets@1")
      return project
    }
  }

  func createProject(
    _ request: CreateProjectRequest, context: ServerContext
  ) async throws -> Project {
    let project = Project(
      project: "ada/\(request.project)", type: request.type, description: request.description)
    return try backend.authorized(context) { state in
      state.project = project
      return project
    }
  }

  func updateProject(
    _ request: UpdateProjectRequest, context: ServerContext
  ) async throws -> Project {
    try backend.about(request.project, context) { _, project in
      project.description = request.description ?? project.description
      return project
    }
  }

  func deleteProject(
    _ request: DeleteProjectRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.authorized(context) { $0.project = nil }
    return ProtoEmpty()
  }

  func putImage(
    _ request: PutImageRequest, context: ServerContext
  ) async throws -> PutImageResponse {
    throw Status(.unimplemented, "not asked for by the command line")
  }

  func putImages(
    _ requests: MessageStream<PutImagesRequest>, context: ServerContext
  ) async throws -> PutImagesResponse {
    var project = ""
    var begun: PutImagesRequest.Begin?
    var bytes: [UInt8] = []
    var answer = PutImagesResponse()
    for try await request in requests {
      switch request.part {
      case .start(let start): project = start.project
      case .begin(let begin): (begun, bytes) = (begin, [])
      case .chunk(let chunk): bytes += chunk
      case nil: throw Status(.invalidArgument, "a message without a part")
      }
      guard let begin = begun, bytes.count == begin.sizeBytes else { continue }
      begun = nil
      try store(begin, bytes, in: project, context, &answer)
    }
    return answer
  }

  private func store(
    _ begin: PutImagesRequest.Begin, _ bytes: [UInt8], in project: String,
    _ context: ServerContext, _ answer: inout PutImagesResponse
  ) throws {
    let index = Int32(answer.stored.count + answer.refused.count)
    guard bytes != Array("bad".utf8) else {
      answer.refused.append(
        .init(
          index: index, fileName: begin.fileName,
          status: WireStatus(Status(.invalidArgument, "no image format known"))))
      return
    }
    let id = lowerHex(SHA256.hash(bytes))
    let isPNG = bytes.count > 24 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
    let point = Image(
      id: id, fileName: begin.fileName, annotation: begin.annotation,
      format: isPNG ? .png : .jpeg, width: isPNG ? Int32(bytes[19]) : 4,
      height: isPNG ? Int32(bytes[23]) : 3, sizeBytes: Int64(bytes.count))
    try backend.about(project, context) { state, _ in
      state.received += 1
      state.points.append(point)
      state.contents[id] = bytes
    }
    answer.stored.append(PutImageResponse(image: point, created: true))
  }

  func getImage(_ request: GetImageRequest, context: ServerContext) async throws -> Image {
    try backend.about(request.project, context) { state, _ in
      guard let point = state.points.first(where: { $0.id == request.id }) else {
        throw Status(.notFound, "no image \(request.id)")
      }
      return point
    }
  }

  func downloadImage(
    _ request: DownloadImageRequest, responses: MessageWriter<DownloadImageResponse>,
    context: ServerContext
  ) async throws {
    let bytes = try backend.about(request.project, context) { state, _ in
      guard let bytes = state.contents[request.id] else {
        throw Status(.notFound, "no image \(request.id)")
      }
      return bytes
    }
    for byte in bytes { try await responses.write(DownloadImageResponse(chunk: [byte])) }
  }

  /// Pages of one image, so that paging is always at work.
  func listImages(
    _ request: ListImagesRequest, context: ServerContext
  ) async throws -> ListImagesResponse {
    try backend.about(request.project, context) { state, _ in
      let points = state.points.filter { $0.id.hasPrefix(request.idPrefix) }
      let start = Int(request.pageToken) ?? 0
      let end = min(points.count, start + (request.idPrefix.isEmpty ? 1 : 2))
      state.listed += end - start
      return ListImagesResponse(
        images: Array(points[start..<end]), nextPageToken: end < points.count ? "\(end)" : "")
    }
  }

  /// Answers for one id of a call, so that asking again is always at work.
  func findMissingImages(
    _ request: FindMissingImagesRequest, context: ServerContext
  ) async throws -> FindMissingImagesResponse {
    try backend.about(request.project, context) { state, _ in
      guard let id = request.ids.first else { return FindMissingImagesResponse() }
      state.idsAskedFor.append(id)
      return FindMissingImagesResponse(
        answered: 1,
        found: state.points.filter { $0.id == id }.map { .init(id: id, annotation: $0.annotation) })
    }
  }

  func deleteImage(
    _ request: DeleteImageRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.about(request.project, context) { state, _ in
      state.points.removeAll { $0.id == request.id }
    }
    return ProtoEmpty()
  }

  func setAnnotation(
    _ request: SetAnnotationRequest, context: ServerContext
  ) async throws -> Image {
    try annotate(request.id, with: request.annotation, in: request.project, context)
  }

  func removeAnnotation(
    _ request: RemoveAnnotationRequest, context: ServerContext
  ) async throws -> Image {
    try annotate(request.id, with: nil, in: request.project, context)
  }

  private func annotate(
    _ id: String, with annotation: Annotation?, in project: String, _ context: ServerContext
  ) throws -> Image {
    try backend.about(project, context) { state, _ in
      guard let index = state.points.firstIndex(where: { $0.id == id }) else {
        throw Status(.notFound, "no image \(id)")
      }
      state.points[index].annotation = annotation
      return state.points[index]
    }
  }

  func setClasses(
    _ request: SetClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { _, project in
      project.classes = request.classes.enumerated().map { index, value in
        Class(id: value.id == 0 ? Int32(index + 1) : value.id, name: value.name)
      }
      return ClassList(classes: project.classes)
    }
  }

  func createClass(
    _ request: CreateClassRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { _, project in
      project.classes.append(Class(id: Int32(project.classes.count + 1), name: request.name))
      return ClassList(classes: project.classes)
    }
  }

  func updateClass(
    _ request: UpdateClassRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { _, project in
      for index in project.classes.indices where project.classes[index].id == request.id {
        project.classes[index].name = request.name
      }
      return ClassList(classes: project.classes)
    }
  }

  func deleteClass(
    _ request: DeleteClassRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { _, project in
      project.classes.removeAll { $0.id == request.id }
      return ClassList(classes: project.classes)
    }
  }

  func mergeClasses(
    _ request: MergeClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { _, project in
      project.classes.removeAll { request.mergedIds.contains($0.id) }
      return ClassList(classes: project.classes)
    }
  }

  func getClasses(
    _ request: GetClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    try backend.about(request.project, context) { ClassList(classes: $1.classes) }
  }

  func deleteClasses(
    _ request: DeleteClassesRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.about(request.project, context) { state, project in
      guard state.points.isEmpty || request.force else {
        throw Status(.failedPrecondition, "\(state.points.count) images use classes")
      }
      project.classes = []
    }
    return ProtoEmpty()
  }

  func analyzeProject(
    _ request: AnalyzeProjectRequest, context: ServerContext
  ) async throws -> ProjectAnalysis {
    try backend.about(request.project, context) { state, project in
      if let analysis = state.analysis { return analysis }
      return ProjectAnalysis(
        imageCount: Int32(state.points.count), labeledImageCount: Int32(state.points.count),
        sizeBytes: 1500,
        classCounts: project.classes.map { .init(className: $0.name, images: 1) },
        findings: [
          .init(severity: .error, kind: "too-few-images", message: "cat has 1 image", count: 1)
        ],
        widthMedian: 4, heightMedian: 3)
    }
  }
}
