import API
import Codec
import Foundation
import RPCClient
import RPCCore

/// An account's own connection to the server.
struct Session: Sendable {
  let auth: AuthClient
  let data: DataClient
  let training: TrainingClient
  let publishing: PublishingClient
  let inference: InferenceClient
  var options = CallOptions()

  static let password = "a password for measuring"

  init(_ client: Client) {
    auth = AuthClient(client)
    data = DataClient(client)
    training = TrainingClient(client)
    publishing = PublishingClient(client)
    inference = InferenceClient(client)
  }

  /// A connection with a new token of the account.
  static func with<R: Sendable>(
    _ user: String, at address: Address, _ body: (Session) async throws -> R
  ) async throws -> R {
    try await withClient(to: address) { client in
      var session = Session(client)
      let request = LoginRequest(user: user, password: password)
      session.take(try await session.auth.login(request))
      return try await body(session)
    }
  }

  mutating func take(_ issued: IssuedToken?) {
    options.metadata["authorization"] = "Bearer \(issued?.secret ?? "")"
  }

  func project(_ name: String, _ type: ProjectType, classes: Int) async throws {
    _ = try await data.createProject(.init(project: name, type: type), options: options)
    try await setClasses(of: name, classes)
  }

  func setClasses(of project: String, _ count: Int) async throws {
    let classes = (1...count).map { Class(name: "class \($0)") }
    _ = try await data.setClasses(.init(project: project, classes: classes), options: options)
  }

  /// - Returns: the image's id.
  @discardableResult
  func put(_ image: [UInt8], _ className: String?, in project: String) async throws -> String {
    let annotation = className.map { Annotation(value: .className($0)) }
    let answer = try await data.putImage(
      PutImageRequest(
        project: project, image: Bytes(image), annotation: annotation, fileName: "noise.png"),
      options: options)
    guard let point = answer.image else { throw Failure("no image in the answer") }
    return point.id
  }

  /// Waits until a training has ended.
  func end(ofTraining number: Int32, of project: String) async throws -> TrainingState {
    let request = WatchTrainingRequest(training: "\(project)@\(number)")
    return try await training.watchTraining(request, options: options) { events in
      var state = TrainingState.unspecified
      for try await event in events {
        if case .job(let job)? = event.event { state = job.state }
      }
      return state
    }
  }
}
