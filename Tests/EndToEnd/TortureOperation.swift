import API
import RPCCore

/// What changes an account.
enum TortureOperation: Sendable {
  case createAccount(password: String)
  case deleteAccount(password: String)
  case login(password: String, label: String)
  case changePassword(from: String, to: String)
  case createToken(label: String, scopes: [Scope])
  case revokeToken(id: Int64)
  case createProject(String, ProjectType, description: String)
  case deleteProject(String)
  case setClasses(String, [Class])
  case deleteClasses(String, force: Bool)
  case put(String, TortureUpload)
  case putAll(String, [TortureUpload])
  case relabel(String, id: String, Annotation?)
  case deleteImage(String, id: String)
  case train(String)
  case cancel(String, number: Int32)
  case publish(String, version: Int32, description: String)
  case unpublish(String, version: Int32)
  case submit(model: String, TorturePicture)

  /// Names the kind in counts.
  var kind: String {
    switch self {
    case .createAccount: "CreateAccount"
    case .deleteAccount: "DeleteAccount"
    case .login: "Login"
    case .changePassword: "ChangePassword"
    case .createToken: "CreateToken"
    case .revokeToken: "RevokeToken"
    case .createProject: "CreateProject"
    case .deleteProject: "DeleteProject"
    case .setClasses: "SetClasses"
    case .deleteClasses: "DeleteClasses"
    case .put: "PutImage"
    case .putAll: "PutImages"
    case .relabel: "SetAnnotation"
    case .deleteImage: "DeleteImage"
    case .train: "Train"
    case .cancel: "CancelTraining"
    case .publish: "Publish"
    case .unpublish: "Unpublish"
    case .submit: "SubmitInference"
    }
  }

  /// What its token must allow; nothing where it takes no token.
  var scope: Scope? {
    switch self {
    case .createAccount, .login: nil
    case .deleteAccount, .changePassword, .createToken, .revokeToken: .account
    case .createProject, .deleteProject, .setClasses, .deleteClasses, .put, .putAll, .relabel,
      .deleteImage:
      .write
    case .train, .cancel: .train
    case .publish, .unpublish: .publish
    case .submit: .infer
    }
  }

  /// Whether it may be repeated under an idempotency key.
  var takesKey: Bool {
    switch self {
    case .login, .deleteAccount, .putAll: false
    case .createAccount, .changePassword, .createToken, .revokeToken, .createProject,
      .deleteProject, .setClasses, .deleteClasses, .put, .relabel, .deleteImage, .train, .cancel,
      .publish, .unpublish, .submit:
      true
    }
  }
}

/// An operation as it is asked for.
struct TortureCall: Sendable {
  let user: String
  let operation: TortureOperation
  /// The label of the token that goes with it.
  var token: String?
  var secret: String?
  var key: String?
  /// Grows with the calls of one account.
  var sequence: UInt64
}

/// What the server says to an operation.
enum TortureAnswer: Sendable, Equatable {
  case nothing
  case token(IssuedToken)
  case project(Project)
  case classes([Class])
  case stored([PutImageResponse], refused: [Int32: Int32])
  case job(TrainingJob)
  case model(Model)
  case versions([Int32])
  case inference(String)
  case refused(StatusCode, String)
}
