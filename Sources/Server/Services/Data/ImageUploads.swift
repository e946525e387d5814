internal import API
internal import Codec
internal import RPCCore
internal import Store

extension Bytes: ContiguousChunk {}

/// Serves one `PutImages` stream: writes chunks to staged files as they come, and takes in
/// whole images a few at a time.
///
/// No image is ever in memory as a whole. An image that is refused is named in the answer and the
/// stream goes on; a stream out of order, and a fault of the server, end it.
struct ImageUploads {
  private let intake: ImageIntake
  private let account: AccountRecord
  private let limits: ServiceLimits
  private var project = ""
  private var replacesAnnotations = false
  private var order = UploadOrder()
  private var current: UploadedImage?
  private var writer: UploadWriter?
  private var outcomes: [UploadOutcome] = []
  private var answerBytes = 0

  init(intake: ImageIntake, account: AccountRecord, limits: ServiceLimits) {
    self.intake = intake
    self.account = account
    self.limits = limits
  }

  /// Reads the stream to its end.
  mutating func receive(
    _ requests: MessageStream<PutImagesRequest>
  ) async throws -> PutImagesResponse {
    try await withThrowingTaskGroup(of: UploadOutcome.self) { group in
      var running = 0
      for try await request in requests {
        guard try await take(order.received(request.part)) else { continue }
        guard let image = current else { continue }
        current = nil
        switch image.verdict {
        case .failure(let status): keep(UploadOutcome(image: image, result: .failure(status)))
        case .success(let label):
          guard let staged = await writer?.finish() else { continue }
          if running == limits.streamConcurrency, let outcome = try await group.next() {
            keep(outcome)
            running -= 1
          }
          running += 1
          group.addTask { [intake, project, account] in
            try await UploadOutcome(of: image) {
              ImageIntake.response(
                to: try await intake.take(staged, label, project: project, of: account.id))
            }
          }
        }
      }
      try order.finished()
      for try await outcome in group { keep(outcome) }
    }
    return answer()
  }

  /// - Returns: whether the current image has all of its bytes now.
  private mutating func take(_ action: UploadOrder.Action) async throws -> Bool {
    switch action {
    case .open(let start):
      try await open(start)
      return false
    case .begin(let index, let begin):
      let image = try check(index, begin)
      writer =
        if case .success = image.verdict {
          try intake.store.stageUpload(bytes: UInt64(begin.sizeBytes))
        } else {
          nil
        }
      current = image
      return begin.sizeBytes <= 0
    case .append(let bytes):
      // Chunks of a refused image are passed over.
      try await writer?.write(bytes)
      return false
    case .appendLast(let bytes):
      try await writer?.write(bytes)
      return true
    }
  }

  private mutating func open(_ start: PutImagesRequest.Start) async throws {
    let name = try OwnedProject(start.project, of: account).name
    replacesAnnotations = try replaces(start.onExisting)
    _ = try await intake.store.project(named: name, of: account.id)
    project = name
  }

  /// Judges what can be judged before the bytes have come.
  ///
  /// - Throws: when the stream has had as many images as one may have.
  private func check(
    _ index: Int32, _ begin: PutImagesRequest.Begin
  ) throws(Status) -> UploadedImage {
    guard index < limits.streamImagesMax else {
      throw Status(
        .limitReached,
        "image \(index + 1) of one stream; the limit is \(limits.streamImagesMax)",
        details: [
          .limitExceeded(
            name: "images in one stream", value: Int64(index) + 1,
            limit: Int64(limits.streamImagesMax))
        ])
    }
    guard answerBytes < limits.streamAnswerBytesMax else {
      throw Status(
        .limitReached,
        "the answer to \(index) images has \(answerBytes) bytes; the limit is"
          + " \(limits.streamAnswerBytesMax): send the rest in another stream")
    }
    let verdict = Result { () throws(Status) in try label(of: begin) }
    let fileName =
      begin.fileName.utf8.count <= limits.fileNameBytesMax
      ? begin.fileName : String(begin.fileName.prefix(64))
    return UploadedImage(index: index, fileName: fileName, verdict: verdict)
  }

  private func label(
    of begin: PutImagesRequest.Begin
  ) throws(Status) -> ImageIntake.Label {
    try checkBytes(begin.fileName, "file_name", limits.fileNameBytesMax)
    guard (1...Int64(limits.imageBytesMax)).contains(begin.sizeBytes) else {
      throw invalid(
        "size_bytes", "\(begin.sizeBytes); the limits are 1 and \(limits.imageBytesMax)")
    }
    return ImageIntake.Label(
      annotation: try checked(begin.annotation, limits), replaces: replacesAnnotations,
      fileName: begin.fileName)
  }

  private mutating func keep(_ outcome: UploadOutcome) {
    answerBytes += outcome.bytesMax
    outcomes.append(outcome)
  }

  private func answer() -> PutImagesResponse {
    var answer = PutImagesResponse()
    for outcome in outcomes.sorted(by: { $0.image.index < $1.image.index }) {
      switch outcome.result {
      case .success(let stored): answer.stored.append(stored)
      case .failure(let status):
        answer.refused.append(
          PutImagesResponse.Refused(
            index: outcome.image.index, fileName: outcome.image.fileName,
            status: WireStatus(status)))
      }
    }
    return answer
  }
}
