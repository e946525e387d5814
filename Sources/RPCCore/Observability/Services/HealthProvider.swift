import RPCCore

/// Answers `diyml.rpc.v1.Health` from a board.
struct HealthProvider: HealthService {
  let board: HealthBoard

  func check(
    _ request: HealthCheckRequest, context: ServerContext
  ) async throws -> HealthCheckResponse {
    guard let isServing = board.isServing(request.service) else {
      throw Status(
        .notFound, "no service \(request.service.debugDescription)",
        details: [.resource(kind: "service", name: request.service)])
    }
    return HealthCheckResponse(status: isServing ? .serving : .notServing)
  }

  func watch(
    _ request: HealthCheckRequest, responses: MessageWriter<HealthCheckResponse>,
    context: ServerContext
  ) async throws {
    var last: ServingStatus?
    for await status in board.changes(of: request.service) where status != last {
      try await responses.write(HealthCheckResponse(status: status))
      last = status
    }
    try Task.checkCancellation()
  }
}
