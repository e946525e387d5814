internal import API
internal import RPCCore
internal import Store

/// What a project needs before it can be trained.
enum ReadinessRules {
  /// An image is always of some class, so one alone says nothing.
  static let classesMin = 2
  /// An object may also not be there.
  static let detectionClassesMin = 1
  /// One to learn from and one to be measured by.
  static let classImagesMin: Int32 = 2
  /// Images with boxes that do not look the same, for the same reason.
  static let differentImagesMin = 2
  /// Of a box's part in the image, in pixels: nothing can be learned of a smaller one.
  static let boxSideMin = 1.0
}

/// What keeps a project from being trained; the one place where that is decided.
struct Readiness {
  let findings: [Finding]
  private let projectAddress: String

  init(
    of project: Project, _ counts: ClassCounts, _ looks: ImageLooks,
    checking check: @escaping @Sendable () throws -> Void
  ) throws {
    projectAddress = project.project
    findings =
      project.type == .detection
      ? Self.detectionFindings(
        of: project, counts, different: try looks.differentUsable(checking: check))
      : Self.classificationFindings(of: project, counts)
  }

  /// - Throws: `FAILED_PRECONDITION` with everything that keeps the project from being trained.
  func require() throws(Status) {
    guard !findings.isEmpty else { return }
    // A project of 1,000 empty classes has as many reasons; the first few say enough.
    let shown = findings.prefix(5).map(\.message).joined(separator: "; ")
    let rest = findings.count > 5 ? "; and \(findings.count - 5) more" : ""
    throw Status(
      .notReady, "the project '\(projectAddress)' is not ready: \(shown)\(rest)",
      details: [.resource(kind: "project", name: projectAddress)])
  }

  private static func tooFewClasses(_ project: Project, min: Int) -> [Finding] {
    let count = project.classes.count
    guard count < min else { return [] }
    return [
      Finding(
        kind: .tooFewClasses, isError: true,
        message: "\(counted(count, "class", plural: "classes")); at least \(min) are needed")
    ]
  }

  private static func classificationFindings(
    of project: Project, _ counts: ClassCounts
  ) -> [Finding] {
    var findings = tooFewClasses(project, min: ReadinessRules.classesMin)
    for (entry, images) in zip(project.classes, counts.images)
    where images < ReadinessRules.classImagesMin {
      findings.append(
        Finding(
          kind: .tooFewImages, isError: true,
          message: "the class '\(entry.name)' has \(counted(images, "image")); at least"
            + " \(ReadinessRules.classImagesMin) are needed"))
    }
    return findings
  }

  /// Images without boxes are legal beside those with some: nothing but background.
  private static func detectionFindings(
    of project: Project, _ counts: ClassCounts, different: Int
  ) -> [Finding] {
    var findings = tooFewClasses(project, min: ReadinessRules.detectionClassesMin)
    if different < ReadinessRules.differentImagesMin {
      findings.append(
        Finding(
          kind: .tooFewImages, isError: true,
          message: "\(counted(different, "image")) with boxes that do not look the same; at least"
            + " \(ReadinessRules.differentImagesMin) are needed"))
    }
    for (entry, boxes) in zip(project.classes, counts.usableBoxes) where boxes == 0 {
      findings.append(
        Finding(
          kind: .tooFewBoxes, isError: true,
          message: "the class '\(entry.name)' has no box of at least a pixel; draw one, or drop the"
            + " class"))
    }
    return findings
  }
}

/// How images look, and which of them have a box that can be learned.
struct ImageLooks {
  let hashes: MappedArray<UInt64>
  let isUsable: MappedArray<Bool>
  /// The numbers of their groups, once they have been grouped.
  private(set) var groups = MappedArray<UInt32>(capacity: 0)

  /// Of at most `count` images.
  init(count: Int) {
    hashes = MappedArray(capacity: count)
    isUsable = MappedArray(capacity: count)
  }

  func append(_ hash: UInt64, isUsable: Bool) {
    hashes.append(hash)
    self.isUsable.append(isUsable)
  }

  mutating func group(checking check: @escaping @Sendable () throws -> Void) throws {
    groups = try duplicateGroups(of: hashes, checking: check)
  }

  /// How many of the usable images do not look the same, among themselves; 2 stands for more.
  ///
  /// Those that are apart although images between them are counted stay apart without them. So they
  /// are grouped on their own only if all are of one group.
  func differentUsable(checking check: @escaping @Sendable () throws -> Void) throws -> Int {
    guard let first = isUsable.firstIndex(of: true) else { return 0 }
    if isUsable.indices.contains(where: { isUsable[$0] && groups[$0] != groups[first] }) {
      return 2
    }
    let usable = MappedArray<UInt64>(capacity: hashes.count)
    for place in isUsable.indices where isUsable[place] { usable.append(hashes[place]) }
    return Int(min(1, try duplicateGroups(of: usable, checking: check).max() ?? 0)) + 1
  }
}
