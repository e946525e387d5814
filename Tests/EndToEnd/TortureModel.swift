import API
import WellKnownTypes

/// What one account has, as far as the server's answers tell.
///
/// What the server chose by itself, such as times and token numbers, is missing until it was seen.
struct TortureAccount: Sendable {
  var password: String
  /// By label; no label is given twice.
  var tokens: [String: TortureToken] = [:]
  var projects: [String: TortureProject] = [:]
  /// Submitted inferences by id, with what became of them once that was seen.
  var inferences: [String: InferenceJob?] = [:]
}

struct TortureToken: Sendable {
  static let allScopes: [Scope] = [.read, .write, .train, .publish, .infer, .account]

  var scopes = allScopes
  var id: Int64?
  /// Missing when the answer that had it was lost.
  var secret: String?

  /// Whether any call can be made with it.
  var isUsable: Bool { secret != nil && scopes == Self.allScopes }
}

struct TortureProject: Sendable {
  var type: ProjectType
  var description: String
  var createTime: ProtoTimestamp?
  var classes: [Class] = []
  var nextClass: Int32 = 1
  /// By the SHA-256 of the bytes.
  var images: [String: TortureImage] = [:]
  /// Number 1 first.
  var trainings: [TortureTraining] = []
  /// Descriptions by version.
  var published: [Int32: String] = [:]
}

struct TortureImage: Sendable {
  var fileName: String
  var label: TortureLabel
  /// The call that first stored it; calls of one account grow.
  var order: UInt64
  var createTime: ProtoTimestamp?
}

/// An annotation, with classes by number, so that a renamed class is renamed in it.
enum TortureLabel: Sendable, Equatable {
  case none
  case classID(Int32)
  case boxes([TortureBox])
}

struct TortureBox: Sendable, Equatable {
  var box: Box
  var classID: Int32
}

enum TortureTraining: Sendable, Equatable {
  /// Not cancelled by its owner; whether it waits, runs or has ended was not seen.
  case open
  case ended(TrainingState)
}

// MARK: - What annotations mean

extension TortureProject {
  /// The annotation with its classes by number; nothing when the project lacks one of them.
  func label(_ annotation: Annotation?) -> TortureLabel? {
    switch annotation?.value {
    case nil: TortureLabel.none
    case .className(let name): classID(name).map { .classID($0) }
    case .boxes(let list): boxes(list.boxes).map { .boxes($0) }
    }
  }

  private func boxes(_ list: [Box]) -> [TortureBox]? {
    var boxes: [TortureBox] = []
    for box in list {
      guard let id = classID(box.className) else { return nil }
      boxes.append(TortureBox(box: box, classID: id))
    }
    return boxes
  }

  /// How the server says a label now.
  func annotation(_ label: TortureLabel) -> Annotation? {
    switch label {
    case .none: return nil
    case .classID(let id): return Annotation(className(id))
    case .boxes(let boxes):
      return Annotation(
        boxes: boxes.map {
          var box = $0.box
          box.className = className($0.classID)
          return box
        })
    }
  }

  private func classID(_ name: String) -> Int32? { classes.first { $0.name == name }?.id }

  private func className(_ id: Int32) -> String {
    classes.first { $0.id == id }?.name ?? "no class \(id)"
  }

  /// Whether an image has the class.
  func uses(_ id: Int32) -> Bool {
    images.values.contains { image in
      switch image.label {
      case .none: false
      case .classID(let used): used == id
      case .boxes(let boxes): boxes.contains { $0.classID == id }
      }
    }
  }

  var labeledCount: Int { images.values.count { $0.label != .none } }

  /// Whether a classifier can be trained: at least two classes, of each at least two images.
  var isReady: Bool {
    var counts: [Int32: Int] = [:]
    for image in images.values {
      if case .classID(let id) = image.label { counts[id, default: 0] += 1 }
    }
    return classes.count >= 2 && classes.allSatisfy { counts[$0.id, default: 0] >= 2 }
  }
}
