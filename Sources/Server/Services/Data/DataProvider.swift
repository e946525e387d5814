internal import API
internal import Codec
internal import Cryptography
internal import RPCCore
internal import Store

/// Serves `diyml.v1.Data`.
struct DataProvider: DataService {
  private let base: ProviderBase
  private let intake: ImageIntake
  private let stopTrainings: @Sendable ([TrainingID]) -> Void

  private var store: DataStore { base.store }
  private var limits: ServiceLimits { base.limits }

  /// `stopTrainings` is given the trainings that were queued or running when their project was
  /// deleted.
  init(
    _ base: ProviderBase, vision: EngineVisionClient,
    stopTrainings: @escaping @Sendable ([TrainingID]) -> Void
  ) {
    self.base = base
    self.stopTrainings = stopTrainings
    intake = ImageIntake(store: base.store, vision: vision, now: base.now)
  }
}

// MARK: - Projects

extension DataProvider {
  func listProjects(
    _ request: ListProjectsRequest, context: ServerContext
  ) async throws -> ListProjectsResponse {
    let account = try await base.account(of: context, needing: .read)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) {
      isName($0) ? $0 : nil
    }
    let answer = try AnswerPage(try await store.projects(of: account.id, page: page))
    return ListProjectsResponse(projects: answer.elements, nextPageToken: answer.nextPageToken)
  }

  func getProject(
    _ request: GetProjectRequest, context: ServerContext
  ) async throws -> GetProjectResponse {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    let project = try await store.project(named: request.project, of: account.id)
    return GetProjectResponse(project: project.message)
  }

  func createProject(
    _ request: CreateProjectRequest, context: ServerContext
  ) async throws -> CreateProjectResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    try checkBytes(request.description, "description", limits.descriptionBytesMax)
    guard request.type.isNamed else {
      throw invalid("type", "\(request.type.rawValue) is neither classification nor detection")
    }
    return try await base.answer(request, context, of: account) { (project: Project) in
      CreateProjectResponse(project: project)
    } to: { answer in
      try await store.createProject(
        name: request.project, type: request.type, description: request.description,
        of: account.id, at: base.now(), keeping: answer)
    }
  }

  func deleteProject(
    _ request: DeleteProjectRequest, context: ServerContext
  ) async throws -> DeleteProjectResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    return try await base.answer(request, context, of: account) { (_: Void) in
      DeleteProjectResponse()
    } to: { answer in
      stopTrainings(
        try await store.deleteProject(named: request.project, of: account.id, keeping: answer))
    }
  }

  func analyzeProject(
    _ request: AnalyzeProjectRequest, context: ServerContext
  ) async throws -> AnalyzeProjectResponse {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    return try await store.examine(project: request.project, of: account.id) {
      try AnalyzeProjectResponse($0)
    }
  }
}

// MARK: - Classes

extension DataProvider {
  func setClasses(
    _ request: SetClassesRequest, context: ServerContext
  ) async throws -> SetClassesResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    guard request.classes.count <= limits.classesMax else {
      throw invalid(
        "classes", "\(request.classes.count) classes; the limit is \(limits.classesMax)")
    }
    for (index, entry) in request.classes.enumerated() {
      try checkClassName(entry.name, "classes[\(index)].name")
    }
    return try await base.answer(request, context, of: account) { (classes: [Class]) in
      SetClassesResponse(classes: classes)
    } to: { answer in
      try await store.setClasses(
        request.classes, ofProject: request.project, of: account.id, keeping: answer)
    }
  }

  func getClasses(
    _ request: GetClassesRequest, context: ServerContext
  ) async throws -> GetClassesResponse {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    return GetClassesResponse(
      classes: try await store.classes(ofProject: request.project, of: account.id))
  }

  func deleteClasses(
    _ request: DeleteClassesRequest, context: ServerContext
  ) async throws -> DeleteClassesResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    return try await base.answer(request, context, of: account) { (_: Void) in
      DeleteClassesResponse()
    } to: { answer in
      try await store.deleteClasses(
        ofProject: request.project, of: account.id, force: request.force, keeping: answer)
    }
  }
}

// MARK: - Images

extension DataProvider {
  func putDataPoint(
    _ request: PutDataPointRequest, context: ServerContext
  ) async throws -> PutDataPointResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    try checkBytes(request.fileName, "file_name", limits.fileNameBytesMax)
    guard !request.image.isEmpty else { throw invalid("image", "0 bytes; at least 1 is needed") }
    let annotation = try checked(request.annotation, limits)
    return try await base.answer(request, context, of: account, ImageIntake.response(to:)) {
      answer in
      // Asked first so that no engine works for a project that is not there; the store decides.
      _ = try await store.project(named: request.project, of: account.id)
      var writer = try store.stage(bytes: UInt64(request.image.count))
      try request.image.withUnsafeBytes { try writer.write($0) }
      return try await intake.take(
        writer.finish(), ImageIntake.Label(annotation: annotation, fileName: request.fileName),
        project: request.project, of: account.id, keeping: answer)
    }
  }

  func putDataPoints(
    _ requests: MessageStream<PutDataPointsRequest>, context: ServerContext
  ) async throws -> PutDataPointsResponse {
    try refuseKey(context)
    let account = try await base.account(of: context, needing: .write)
    var uploads = ImageUploads(intake: intake, account: account.id, limits: limits)
    return try await uploads.receive(requests)
  }

  func getDataPoint(
    _ request: GetDataPointRequest, responses: MessageWriter<GetDataPointResponse>,
    context: ServerContext
  ) async throws {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    let id = try imageID(request.id)
    let (dataPoint, reader) = try await store.openDataPoint(
      id, inProject: request.project, of: account.id)
    try await responses.write(GetDataPointResponse(dataPoint: dataPoint))
    var offset: UInt64 = 0
    while offset < reader.bytes {
      let chunk = try reader.read(at: offset, count: limits.chunkBytes)
      guard !chunk.isEmpty else {
        throw Status(.dataLoss, "the image \(id) ends after \(offset) of \(reader.bytes) bytes")
      }
      offset += UInt64(chunk.count)
      try await responses.write(GetDataPointResponse(chunk: Bytes(chunk)))
    }
  }

  func listDataPoints(
    _ request: ListDataPointsRequest, context: ServerContext
  ) async throws -> ListDataPointsResponse {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    if !request.className.isEmpty { try checkClassName(request.className, "class_name") }
    let prefix = request.idPrefix
    guard isLowerHex(prefix, digits: 0...64) else {
      throw invalid("id_prefix", "\(quoted(prefix)) is not 0 to 64 lower-case hexadecimal digits")
    }
    let filter = DataPointFilter(
      className: request.className.isEmpty ? nil : request.className,
      unlabeledOnly: request.unlabeled)
    let answer =
      prefix.isEmpty
      ? try await listInOrder(filter, request, of: account.id)
      : try await listByID(filter, request, of: account.id)
    return ListDataPointsResponse(
      dataPoints: answer.elements, nextPageToken: answer.nextPageToken)
  }

  private func listInOrder(
    _ filter: DataPointFilter, _ request: ListDataPointsRequest, of account: AccountID
  ) async throws -> AnswerPage<DataPoint> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) { Int64($0) }
    return try AnswerPage(
      try await store.dataPoints(
        inProject: request.project, of: account, filter: filter, page: page))
  }

  private func listByID(
    _ filter: DataPointFilter, _ request: ListDataPointsRequest, of account: AccountID
  ) async throws -> AnswerPage<DataPoint> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) {
      ObjectHash(hex: $0)
    }
    return try AnswerPage(
      try await store.dataPoints(
        withPrefix: request.idPrefix, inProject: request.project, of: account, filter: filter,
        page: page))
  }

  func findDataPoints(
    _ request: FindDataPointsRequest, context: ServerContext
  ) async throws -> FindDataPointsResponse {
    let account = try await base.account(of: context, needing: .read, project: request.project)
    guard request.ids.count <= limits.findIDsMax else {
      throw invalid("ids", "\(request.ids.count) ids; the limit is \(limits.findIDsMax)")
    }
    let ids = try request.ids.enumerated().map { try imageID($1, "ids[\($0)]") }
    let findings = try await store.findDataPoints(ids, inProject: request.project, of: account.id)
    var answer = FindDataPointsResponse(answered: UInt32(findings.count))
    for (index, finding) in findings.enumerated() {
      switch finding {
      case .missing: break
      case .stored(let value):
        answer.found.append(
          .init(index: UInt32(index), annotation: value.map { Annotation(value: $0) }))
      }
    }
    return answer
  }

  func deleteDataPoint(
    _ request: DeleteDataPointRequest, context: ServerContext
  ) async throws -> DeleteDataPointResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    let id = try imageID(request.id)
    return try await base.answer(request, context, of: account) { (_: Void) in
      DeleteDataPointResponse()
    } to: { answer in
      try await store.deleteDataPoint(
        id, inProject: request.project, of: account.id, keeping: answer)
    }
  }

  func relabelDataPoint(
    _ request: RelabelDataPointRequest, context: ServerContext
  ) async throws -> RelabelDataPointResponse {
    let account = try await base.account(of: context, needing: .write, project: request.project)
    let id = try imageID(request.id)
    let annotation = try checked(request.annotation, limits)
    return try await base.answer(request, context, of: account) { (dataPoint: DataPoint) in
      RelabelDataPointResponse(dataPoint: dataPoint)
    } to: { answer in
      // An image of the same name has the same size, whatever happens between the two calls.
      let present = try await store.dataPoint(id, inProject: request.project, of: account.id)
      try checkBoxes(of: annotation, width: present.width, height: present.height)
      return try await store.relabelDataPoint(
        id, annotation: annotation, inProject: request.project, of: account.id, keeping: answer)
    }
  }
}
