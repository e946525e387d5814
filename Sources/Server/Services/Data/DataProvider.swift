package import API
package import RPCCore
package import Store
internal import Codec

/// Serves `diyml.v1.Data`.
package struct DataProvider: DataService {
  private let authenticator: Authenticator
  private let store: DataStore
  private let intake: ImageIntake
  private let limits: ServiceLimits
  private let keyed: IdempotentCalls
  private let now: @Sendable () -> Timestamp
  private let stopTrainings: @Sendable ([TrainingID]) -> Void

  /// `stopTrainings` is given the trainings that were queued or running when their project was
  /// deleted.
  package init(
    authenticator: Authenticator, store: DataStore, vision: EngineVisionClient,
    limits: ServiceLimits = ServiceLimits(), now: @escaping @Sendable () -> Timestamp,
    stopTrainings: @escaping @Sendable ([TrainingID]) -> Void
  ) {
    self.authenticator = authenticator
    self.store = store
    self.limits = limits
    self.stopTrainings = stopTrainings
    keyed = IdempotentCalls(store: store, limits: limits, now: now)
    self.now = now
    intake = ImageIntake(store: store, vision: vision, now: now)
  }
}

// MARK: - Projects

extension DataProvider {
  package func listProjects(
    _ request: ListProjectsRequest, context: ServerContext
  ) async throws -> ListProjectsResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) {
      isName($0) ? $0 : nil
    }
    let projects = try await translatingStoreErrors {
      try await store.projects(of: account, page: page)
    }
    let answer = try AnswerPage(projects, cursor: \.name) { Project($0) }
    return ListProjectsResponse(projects: answer.elements, nextPageToken: answer.nextPageToken)
  }

  package func getProject(
    _ request: GetProjectRequest, context: ServerContext
  ) async throws -> GetProjectResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    return try await translatingStoreErrors {
      let project = try await store.project(named: request.project, of: account)
      return GetProjectResponse(project: Project(project))
    }
  }

  package func createProject(
    _ request: CreateProjectRequest, context: ServerContext
  ) async throws -> CreateProjectResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    try checkBytes(request.description, "description", limits.descriptionBytesMax)
    let kind: ProjectKind
    switch request.type {
    case .classification: kind = .classification
    case .detection: kind = .detection
    case .unspecified, .unrecognized:
      throw invalid("type", "\(request.type.rawValue) is neither classification nor detection")
    }
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        let answer: @Sendable (ProjectRecord) -> CreateProjectResponse = {
          CreateProjectResponse(project: Project($0))
        }
        return answer(
          try await store.createProject(
            name: request.project, kind: kind, description: request.description, of: caller.id,
            at: now(), keeping: keeper?.keeping(answer)))
      }
    }
  }

  package func deleteProject(
    _ request: DeleteProjectRequest, context: ServerContext
  ) async throws -> DeleteProjectResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        let trainings = try await store.deleteProject(
          named: request.project, of: caller.id,
          keeping: keeper?.keeping { DeleteProjectResponse() })
        stopTrainings(trainings)
        return DeleteProjectResponse()
      }
    }
  }

  package func analyzeProject(
    _ request: AnalyzeProjectRequest, context: ServerContext
  ) async throws -> AnalyzeProjectResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    return try await translatingStoreErrors {
      try await store.examine(project: request.project, of: account) {
        try AnalyzeProjectResponse($0)
      }
    }
  }
}

// MARK: - Classes

extension DataProvider {
  package func setClasses(
    _ request: SetClassesRequest, context: ServerContext
  ) async throws -> SetClassesResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    guard request.classes.count <= limits.classesMax else {
      throw invalid(
        "classes", "\(request.classes.count) classes; the limit is \(limits.classesMax)")
    }
    for (index, entry) in request.classes.enumerated() {
      try checkClassName(entry.name, "classes[\(index)].name")
    }
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        let answer: @Sendable ([ClassRecord]) -> SetClassesResponse = {
          SetClassesResponse(classes: $0.map { Class($0) })
        }
        return answer(
          try await store.setClasses(
            request.classes.map { ClassRecord(id: $0.id, name: $0.name) },
            ofProject: request.project, of: caller.id, keeping: keeper?.keeping(answer)))
      }
    }
  }

  package func getClasses(
    _ request: GetClassesRequest, context: ServerContext
  ) async throws -> GetClassesResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    return try await translatingStoreErrors {
      let classes = try await store.classes(ofProject: request.project, of: account)
      return GetClassesResponse(classes: classes.map { Class($0) })
    }
  }

  package func deleteClasses(
    _ request: DeleteClassesRequest, context: ServerContext
  ) async throws -> DeleteClassesResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        try await store.deleteClasses(
          ofProject: request.project, of: caller.id, force: request.force,
          keeping: keeper?.keeping { DeleteClassesResponse() })
        return DeleteClassesResponse()
      }
    }
  }
}

// MARK: - Images

extension DataProvider {
  package func putDataPoint(
    _ request: PutDataPointRequest, context: ServerContext
  ) async throws -> PutDataPointResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    try checkBytes(request.fileName, "file_name", limits.fileNameBytesMax)
    guard !request.image.isEmpty else { throw invalid("image", "0 bytes; at least 1 is needed") }
    let annotation = try annotationRecord(request.annotation, limits)
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      // Asked first so that no engine works for a project that is not there; the store decides.
      _ = try await translatingStoreErrors {
        try await store.project(named: request.project, of: caller.id)
      }
      var writer = try store.stage(bytes: UInt64(request.image.count))
      try request.image.withUnsafeBytes { try writer.write($0) }
      return try await intake.take(
        writer.finish(), ImageIntake.Label(annotation: annotation, fileName: request.fileName),
        project: request.project, of: caller.id, keeper)
    }
  }

  package func putDataPoints(
    _ requests: MessageStream<PutDataPointsRequest>, context: ServerContext
  ) async throws -> PutDataPointsResponse {
    try refuseKey(context)
    let account = try await authenticator.account(of: context, needing: .write)
    var uploads = ImageUploads(intake: intake, account: account, limits: limits)
    return try await uploads.receive(requests)
  }

  package func getDataPoint(
    _ request: GetDataPointRequest, responses: MessageWriter<GetDataPointResponse>,
    context: ServerContext
  ) async throws {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    let id = try imageID(request.id)
    let (dataPoint, reader) = try await translatingStoreErrors {
      try await store.openDataPoint(id, inProject: request.project, of: account)
    }
    try await responses.write(GetDataPointResponse(dataPoint: DataPoint(dataPoint)))
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

  package func listDataPoints(
    _ request: ListDataPointsRequest, context: ServerContext
  ) async throws -> ListDataPointsResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    if !request.className.isEmpty { try checkClassName(request.className, "class_name") }
    let prefix = request.idPrefix
    guard prefix.utf8.count <= 64, prefix.utf8.allSatisfy(ObjectHash.isLowerHexDigit) else {
      throw invalid("id_prefix", "\(quoted(prefix)) is not 0 to 64 lower-case hexadecimal digits")
    }
    let filter = DataPointFilter(
      className: request.className.isEmpty ? nil : request.className,
      unlabeledOnly: request.unlabeled)
    let answer =
      prefix.isEmpty
      ? try await listInOrder(filter, request, of: account)
      : try await listByID(filter, request, of: account)
    return ListDataPointsResponse(
      dataPoints: answer.elements, nextPageToken: answer.nextPageToken)
  }

  private func listInOrder(
    _ filter: DataPointFilter, _ request: ListDataPointsRequest, of account: AccountID
  ) async throws -> AnswerPage<DataPoint> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) { Int64($0) }
    let dataPoints = try await translatingStoreErrors {
      try await store.dataPoints(
        inProject: request.project, of: account, filter: filter, page: page)
    }
    return try AnswerPage(dataPoints, cursor: \.id) { DataPoint($0) }
  }

  private func listByID(
    _ filter: DataPointFilter, _ request: ListDataPointsRequest, of account: AccountID
  ) async throws -> AnswerPage<DataPoint> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) {
      ObjectHash(hex: $0)
    }
    let dataPoints = try await translatingStoreErrors {
      try await store.dataPoints(
        withPrefix: request.idPrefix, inProject: request.project, of: account, filter: filter,
        page: page)
    }
    return try AnswerPage(dataPoints, cursor: \.object) { DataPoint($0) }
  }

  package func findDataPoints(
    _ request: FindDataPointsRequest, context: ServerContext
  ) async throws -> FindDataPointsResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    guard request.ids.count <= limits.findIDsMax else {
      throw invalid("ids", "\(request.ids.count) ids; the limit is \(limits.findIDsMax)")
    }
    let ids = try request.ids.enumerated().map { try imageID($1, "ids[\($0)]") }
    let findings = try await translatingStoreErrors {
      try await store.findDataPoints(ids, inProject: request.project, of: account)
    }
    var answer = FindDataPointsResponse(answered: UInt32(findings.count))
    for (index, finding) in findings.enumerated() {
      switch finding {
      case .missing: break
      case .stored(let annotation):
        answer.found.append(
          .init(index: UInt32(index), annotation: annotation.map { Annotation($0) }))
      }
    }
    return answer
  }

  package func deleteDataPoint(
    _ request: DeleteDataPointRequest, context: ServerContext
  ) async throws -> DeleteDataPointResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    let id = try imageID(request.id)
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        try await store.deleteDataPoint(
          id, inProject: request.project, of: caller.id,
          keeping: keeper?.keeping { DeleteDataPointResponse() })
        return DeleteDataPointResponse()
      }
    }
  }

  package func relabelDataPoint(
    _ request: RelabelDataPointRequest, context: ServerContext
  ) async throws -> RelabelDataPointResponse {
    let caller = try await authenticator.user(of: context, needing: .write).account
    try checkName(request.project, "project")
    let id = try imageID(request.id)
    let annotation = try annotationRecord(request.annotation, limits)
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        // An image of the same name has the same size, whatever happens between the two calls.
        let present = try await store.dataPoint(id, inProject: request.project, of: caller.id)
        try checkBoxes(of: annotation, in: present.image)
        let answer: @Sendable (DataPointRecord) -> RelabelDataPointResponse = {
          RelabelDataPointResponse(dataPoint: DataPoint($0))
        }
        return answer(
          try await store.relabelDataPoint(
            id, annotation: annotation, inProject: request.project, of: caller.id,
            keeping: keeper?.keeping(answer)))
      }
    }
  }
}
