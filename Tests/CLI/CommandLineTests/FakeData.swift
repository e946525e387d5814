import API
import Codec
import Cryptography
import Foundation
import RPCCore

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
  ) async throws -> GetProjectResponse {
    try backend.about(request.project, context) { GetProjectResponse(project: $1) }
  }

  func createProject(
    _ request: CreateProjectRequest, context: ServerContext
  ) async throws -> CreateProjectResponse {
    let project = Project(
      owner: "ada", name: request.project, type: request.type, description: request.description)
    return try backend.authorized(context) { state in
      state.project = project
      return CreateProjectResponse(project: project)
    }
  }

  func deleteProject(
    _ request: DeleteProjectRequest, context: ServerContext
  ) async throws -> DeleteProjectResponse {
    try backend.authorized(context) { $0.project = nil }
    return DeleteProjectResponse()
  }

  func putDataPoint(
    _ request: PutDataPointRequest, context: ServerContext
  ) async throws -> PutDataPointResponse {
    throw Status(.unimplemented, "not asked for by the command line")
  }

  func putDataPoints(
    _ requests: MessageStream<PutDataPointsRequest>, context: ServerContext
  ) async throws -> PutDataPointsResponse {
    var project = ""
    var begun: PutDataPointsRequest.Begin?
    var bytes: [UInt8] = []
    var answer = PutDataPointsResponse()
    for try await request in requests {
      switch request.part {
      case .project(let name): project = name
      case .begin(let begin): (begun, bytes) = (begin, [])
      case .chunk(let chunk): bytes += chunk
      case nil: throw Status(.invalidArgument, "a message without a part")
      }
      guard let begin = begun, bytes.count == begin.imageBytes else { continue }
      begun = nil
      try store(begin, bytes, in: project, context, &answer)
    }
    return answer
  }

  private func store(
    _ begin: PutDataPointsRequest.Begin, _ bytes: [UInt8], in project: String,
    _ context: ServerContext, _ answer: inout PutDataPointsResponse
  ) throws {
    let index = UInt32(answer.stored.count + answer.refused.count)
    guard bytes != Array("bad".utf8) else {
      answer.refused.append(
        .init(index: index, fileName: begin.fileName, code: 3, message: "no image format known"))
      return
    }
    let id = lowerHex(SHA256.hash(bytes))
    let isPNG = bytes.count > 24 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
    let point = DataPoint(
      id: id, fileName: begin.fileName, annotation: begin.annotation,
      format: isPNG ? .png : .jpeg, width: isPNG ? UInt32(bytes[19]) : 4,
      height: isPNG ? UInt32(bytes[23]) : 3, bytes: UInt64(bytes.count))
    try backend.about(project, context) { state, _ in
      state.received += 1
      state.points.append(point)
      state.contents[id] = bytes
    }
    answer.stored.append(PutDataPointResponse(dataPoint: point, created: true))
  }

  func getDataPoint(
    _ request: GetDataPointRequest, responses: MessageWriter<GetDataPointResponse>,
    context: ServerContext
  ) async throws {
    let (point, bytes) = try backend.about(request.project, context) { state, _ in
      guard let point = state.points.first(where: { $0.id == request.id }) else {
        throw Status(.notFound, "no image \(request.id)")
      }
      return (point, state.contents[request.id] ?? [])
    }
    try await responses.write(GetDataPointResponse(dataPoint: point))
    for byte in bytes { try await responses.write(GetDataPointResponse(chunk: [byte])) }
  }

  /// Pages of one image, so that paging is always at work.
  func listDataPoints(
    _ request: ListDataPointsRequest, context: ServerContext
  ) async throws -> ListDataPointsResponse {
    try backend.about(request.project, context) { state, _ in
      let points = state.points.filter { $0.id.hasPrefix(request.idPrefix) }
      let start = Int(request.pageToken) ?? 0
      let end = min(points.count, start + (request.idPrefix.isEmpty ? 1 : 2))
      state.listed += end - start
      return ListDataPointsResponse(
        dataPoints: Array(points[start..<end]), nextPageToken: end < points.count ? "\(end)" : "")
    }
  }

  /// Answers for one id of a call, so that asking again is always at work.
  func findDataPoints(
    _ request: FindDataPointsRequest, context: ServerContext
  ) async throws -> FindDataPointsResponse {
    try backend.about(request.project, context) { state, _ in
      guard let id = request.ids.first else { return FindDataPointsResponse() }
      state.idsAskedFor.append(id)
      return FindDataPointsResponse(
        answered: 1,
        found: state.points.filter { $0.id == id }.map { .init(annotation: $0.annotation) })
    }
  }

  func deleteDataPoint(
    _ request: DeleteDataPointRequest, context: ServerContext
  ) async throws -> DeleteDataPointResponse {
    try backend.about(request.project, context) { state, _ in
      state.points.removeAll { $0.id == request.id }
    }
    return DeleteDataPointResponse()
  }

  func relabelDataPoint(
    _ request: RelabelDataPointRequest, context: ServerContext
  ) async throws -> RelabelDataPointResponse {
    try backend.about(request.project, context) { state, _ in
      guard let index = state.points.firstIndex(where: { $0.id == request.id }) else {
        throw Status(.notFound, "no image \(request.id)")
      }
      state.points[index].annotation = request.annotation
      return RelabelDataPointResponse(dataPoint: state.points[index])
    }
  }

  func setClasses(
    _ request: SetClassesRequest, context: ServerContext
  ) async throws -> SetClassesResponse {
    try backend.about(request.project, context) { _, project in
      project.classes = request.classes.enumerated().map { index, value in
        Class(id: value.id == 0 ? UInt32(index + 1) : value.id, name: value.name)
      }
      return SetClassesResponse(classes: project.classes)
    }
  }

  func getClasses(
    _ request: GetClassesRequest, context: ServerContext
  ) async throws -> GetClassesResponse {
    try backend.about(request.project, context) { GetClassesResponse(classes: $1.classes) }
  }

  func deleteClasses(
    _ request: DeleteClassesRequest, context: ServerContext
  ) async throws -> DeleteClassesResponse {
    try backend.about(request.project, context) { state, project in
      guard state.points.isEmpty || request.force else {
        throw Status(.failedPrecondition, "\(state.points.count) images use classes")
      }
      project.classes = []
    }
    return DeleteClassesResponse()
  }

  func analyzeProject(
    _ request: AnalyzeProjectRequest, context: ServerContext
  ) async throws -> AnalyzeProjectResponse {
    try backend.about(request.project, context) { state, project in
      if let analysis = state.analysis { return analysis }
      return AnalyzeProjectResponse(
        dataPoints: UInt64(state.points.count), labeled: UInt64(state.points.count), bytes: 1500,
        classCounts: project.classes.map { .init(class: $0, images: 1) },
        findings: [
          .init(severity: .error, kind: "too-few-images", message: "cat has 1 image", count: 1)
        ],
        widthMedian: 4, heightMedian: 3)
    }
  }
}
