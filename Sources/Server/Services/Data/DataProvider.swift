internal import API
internal import Codec
internal import Cryptography
internal import RPCCore
internal import Store
internal import WellKnownTypes

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
  ) async throws -> Project {
    let project = try await base.project(request.project, of: context, needing: .read)
    return try await store.project(named: project.name, of: project.account.id).message
  }

  func createProject(
    _ request: CreateProjectRequest, context: ServerContext
  ) async throws -> Project {
    let account = try await base.account(of: context, needing: .write)
    let project: OwnedProject
    do throws(Status) {
      project = try OwnedProject(request.project, of: account)
    } catch {
      guard error.reason == .projectNotFound else { throw error }
      throw invalid("project", "\(quoted(request.project)) would be another account's")
    }
    try checkBytes(request.description, "description", limits.descriptionBytesMax)
    guard request.type.isNamed else {
      throw invalid("type", "\(request.type.rawValue) is neither classification nor detection")
    }
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.createProject(
        name: project.name, type: request.type, description: request.description,
        of: project.account.id, at: base.now(), keeping: answer)
    }
  }

  func updateProject(
    _ request: UpdateProjectRequest, context: ServerContext
  ) async throws -> Project {
    let project = try await base.project(request.project, of: context, needing: .write)
    if let description = request.description {
      try checkBytes(description, "description", limits.descriptionBytesMax)
    }
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.updateProject(
        named: project.name, of: project.account.id, description: request.description,
        etag: request.etag, at: base.now(), keeping: answer)
    }
  }

  func deleteProject(
    _ request: DeleteProjectRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    let project = try await base.project(request.project, of: context, needing: .write)
    return try await base.acknowledge(request, context, of: project.account) { answer in
      stopTrainings(
        try await store.deleteProject(named: project.name, of: project.account.id, keeping: answer))
    }
  }

  func analyzeProject(
    _ request: AnalyzeProjectRequest, context: ServerContext
  ) async throws -> API.ProjectAnalysis {
    let project = try await base.project(request.project, of: context, needing: .read)
    return try await store.examine(project: project.name, of: project.account.id) {
      try API.ProjectAnalysis($0)
    }
  }
}

// MARK: - Classes

extension DataProvider {
  func setClasses(
    _ request: SetClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .write)
    guard request.classes.count <= limits.classesMax else {
      throw invalid(
        "classes", "\(request.classes.count) classes; the limit is \(limits.classesMax)")
    }
    for (index, entry) in request.classes.enumerated() {
      try checkClassName(entry.name, "classes[\(index)].name")
    }
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.setClasses(
        request.classes, ofProject: project.name, of: project.account.id, etag: request.etag,
        at: base.now(), keeping: answer)
    }
  }

  func createClass(
    _ request: CreateClassRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .write)
    try checkClassName(request.name, "name")
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.createClass(
        named: request.name, ofProject: project.name, of: project.account.id, at: base.now(),
        keeping: answer)
    }
  }

  func updateClass(
    _ request: UpdateClassRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .write)
    try checkClassName(request.name, "name")
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.renameClass(
        request.id, to: request.name, ofProject: project.name, of: project.account.id,
        etag: request.etag, at: base.now(), keeping: answer)
    }
  }

  func deleteClass(
    _ request: DeleteClassRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .write)
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.deleteClass(
        request.id, ofProject: project.name, of: project.account.id, etag: request.etag,
        at: base.now(), keeping: answer)
    }
  }

  func mergeClasses(
    _ request: MergeClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .write)
    guard (1...limits.classesMax).contains(request.mergedIds.count) else {
      throw invalid(
        "merged_ids", "\(request.mergedIds.count) ids; the limits are 1 and \(limits.classesMax)")
    }
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.mergeClasses(
        request.mergedIds, into: request.id, ofProject: project.name, of: project.account.id,
        etag: request.etag, at: base.now(), keeping: answer)
    }
  }

  func getClasses(
    _ request: GetClassesRequest, context: ServerContext
  ) async throws -> ClassList {
    let project = try await base.project(request.project, of: context, needing: .read)
    return try await store.classes(ofProject: project.name, of: project.account.id)
  }

  func deleteClasses(
    _ request: DeleteClassesRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    let project = try await base.project(request.project, of: context, needing: .write)
    return try await base.acknowledge(request, context, of: project.account) { answer in
      try await store.deleteClasses(
        ofProject: project.name, of: project.account.id, force: request.force, at: base.now(),
        keeping: answer)
    }
  }
}

// MARK: - Images

extension DataProvider {
  func putImage(
    _ request: PutImageRequest, context: ServerContext
  ) async throws -> PutImageResponse {
    let project = try await base.project(request.project, of: context, needing: .write)
    try checkBytes(request.fileName, "file_name", limits.fileNameBytesMax)
    guard !request.image.isEmpty else { throw invalid("image", "0 bytes; at least 1 is needed") }
    let annotation = try checked(request.annotation, limits)
    return try await base.answer(request, context, of: project.account, ImageIntake.response(to:)) {
      answer in
      // Asked first so that no engine works for a project that is not there; the store decides.
      _ = try await store.project(named: project.name, of: project.account.id)
      var writer = try store.stage(bytes: UInt64(request.image.count))
      try request.image.withUnsafeBytes { try writer.write($0) }
      return try await intake.take(
        writer.finish(),
        ImageIntake.Label(
          annotation: annotation, replaces: try replaces(request.onExisting),
          fileName: request.fileName),
        project: project.name, of: project.account.id, keeping: answer)
    }
  }

  func putImages(
    _ requests: MessageStream<PutImagesRequest>, context: ServerContext
  ) async throws -> PutImagesResponse {
    try refuseKey(context)
    let account = try await base.account(of: context, needing: .write)
    var uploads = ImageUploads(intake: intake, account: account, limits: limits)
    return try await uploads.receive(requests)
  }

  func getImage(
    _ request: GetImageRequest, context: ServerContext
  ) async throws -> Image {
    let project = try await base.project(request.project, of: context, needing: .read)
    return try await store.image(
      imageID(request.id), inProject: project.name, of: project.account.id)
  }

  func downloadImage(
    _ request: DownloadImageRequest, responses: MessageWriter<DownloadImageResponse>,
    context: ServerContext
  ) async throws {
    let project = try await base.project(request.project, of: context, needing: .read)
    let id = try imageID(request.id)
    let (_, reader) = try await store.openImage(id, inProject: project.name, of: project.account.id)
    var offset: UInt64 = 0
    while offset < reader.bytes {
      let chunk = try reader.read(at: offset, count: limits.chunkBytes)
      guard !chunk.isEmpty else {
        throw Status(.damaged, "the image \(id) ends after \(offset) of \(reader.bytes) bytes")
      }
      offset += UInt64(chunk.count)
      try await responses.write(DownloadImageResponse(chunk: Bytes(chunk)))
    }
  }

  func listImages(
    _ request: ListImagesRequest, context: ServerContext
  ) async throws -> ListImagesResponse {
    let project = try await base.project(request.project, of: context, needing: .read)
    if !request.className.isEmpty { try checkClassName(request.className, "class_name") }
    let prefix = request.idPrefix
    guard isLowerHex(prefix, digits: 0...64) else {
      throw invalid("id_prefix", "\(quoted(prefix)) is not 0 to 64 lower-case hexadecimal digits")
    }
    let filter = ImageFilter(
      className: request.className.isEmpty ? nil : request.className,
      unlabeledOnly: request.unlabeled)
    let answer =
      prefix.isEmpty
      ? try await listInOrder(filter, request, of: project)
      : try await listByID(filter, request, of: project)
    return ListImagesResponse(
      images: answer.elements, nextPageToken: answer.nextPageToken)
  }

  private func listInOrder(
    _ filter: ImageFilter, _ request: ListImagesRequest, of project: OwnedProject
  ) async throws -> AnswerPage<Image> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) { Int64($0) }
    return try AnswerPage(
      try await store.images(
        inProject: project.name, of: project.account.id, filter: filter, page: page))
  }

  private func listByID(
    _ filter: ImageFilter, _ request: ListImagesRequest, of project: OwnedProject
  ) async throws -> AnswerPage<Image> {
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) {
      ObjectHash(hex: $0)
    }
    return try AnswerPage(
      try await store.images(
        withPrefix: request.idPrefix, inProject: project.name, of: project.account.id,
        filter: filter,
        page: page))
  }

  func findMissingImages(
    _ request: FindMissingImagesRequest, context: ServerContext
  ) async throws -> FindMissingImagesResponse {
    let project = try await base.project(request.project, of: context, needing: .read)
    guard request.ids.count <= limits.findIDsMax else {
      throw invalid("ids", "\(request.ids.count) ids; the limit is \(limits.findIDsMax)")
    }
    let ids = try request.ids.enumerated().map { try imageID($1, "ids[\($0)]") }
    let findings = try await store.findImages(
      ids, inProject: project.name, of: project.account.id)
    var answer = FindMissingImagesResponse(answered: Int32(findings.count))
    for (id, finding) in zip(request.ids, findings) {
      switch finding {
      case .missing: answer.missingIds.append(id)
      case .stored(let value, let etag):
        answer.found.append(
          .init(id: id, annotation: value.map { Annotation(value: $0) }, etag: etag))
      }
    }
    return answer
  }

  func deleteImage(
    _ request: DeleteImageRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    let project = try await base.project(request.project, of: context, needing: .write)
    let id = try imageID(request.id)
    return try await base.acknowledge(request, context, of: project.account) { answer in
      try await store.deleteImage(
        id, inProject: project.name, of: project.account.id, keeping: answer)
    }
  }

  func setAnnotation(
    _ request: SetAnnotationRequest, context: ServerContext
  ) async throws -> Image {
    let project = try await base.project(request.project, of: context, needing: .write)
    let id = try imageID(request.id)
    guard let annotation = try checked(request.annotation, limits) else {
      throw invalid("annotation", "it is missing; RemoveAnnotation takes one away")
    }
    return try await base.answer(request, context, of: project.account) { answer in
      // An image of the same name has the same size, whatever happens between the two calls.
      let present = try await store.image(id, inProject: project.name, of: project.account.id)
      let annotation = try placed(annotation, width: present.width, height: present.height)
      return try await store.setAnnotation(
        id, annotation: annotation, inProject: project.name, of: project.account.id,
        etag: request.etag, at: base.now(), keeping: answer)
    }
  }

  func removeAnnotation(
    _ request: RemoveAnnotationRequest, context: ServerContext
  ) async throws -> Image {
    let project = try await base.project(request.project, of: context, needing: .write)
    let id = try imageID(request.id)
    return try await base.answer(request, context, of: project.account) { answer in
      try await store.setAnnotation(
        id, annotation: nil, inProject: project.name, of: project.account.id,
        etag: request.etag, at: base.now(), keeping: answer)
    }
  }
}
