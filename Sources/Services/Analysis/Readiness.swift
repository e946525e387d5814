package import RPCCore
package import Store

/// What a project needs before it can be trained.
enum ReadinessRules {
  static let classesMin = 2
  /// One to learn from and one to be measured by.
  static let classImagesMin: UInt64 = 2
}

/// What keeps a project from being trained; the one place where that is decided.
package func readinessFindings(of contents: ProjectContents) -> [Finding] {
  let project = contents.project
  switch project.kind {
  case .classification: break
  case .detection:
    return [
      Finding(
        kind: .detectionNotTrainable, isError: true,
        message: "training of detection projects is not there yet")
    ]
  }
  var findings: [Finding] = []
  if project.classes.count < ReadinessRules.classesMin {
    findings.append(
      Finding(
        kind: .tooFewClasses, isError: true,
        message:
          "\(project.classes.count) classes; at least \(ReadinessRules.classesMin) are needed"
      ))
  }
  let counts = ClassCounts(contents)
  for entry in project.classes {
    let images = counts.images[entry.name, default: 0]
    guard images < ReadinessRules.classImagesMin else { continue }
    findings.append(
      Finding(
        kind: .tooFewImages, isError: true,
        message: "the class '\(entry.name)' has \(images) images; at least"
          + " \(ReadinessRules.classImagesMin) are needed"))
  }
  return findings
}

/// - Throws: `FAILED_PRECONDITION` with everything that keeps the project from being trained.
package func requireReadyToTrain(_ contents: ProjectContents) throws(Status) {
  let findings = readinessFindings(of: contents)
  guard !findings.isEmpty else { return }
  // A project of 1,000 empty classes has as many reasons; the first few say enough.
  let shown = findings.prefix(5).map(\.message).joined(separator: "; ")
  let rest = findings.count > 5 ? "; and \(findings.count - 5) more" : ""
  throw Status(
    .failedPrecondition, "the project '\(contents.project.name)' is not ready: \(shown)\(rest)",
    details: [.resource(kind: "project", name: contents.project.name)])
}

/// How many images and boxes each class has.
struct ClassCounts {
  /// By class name: images with the class.
  private(set) var images: [String: UInt64] = [:]
  /// By class name: boxes with the class.
  private(set) var boxes: [String: UInt64] = [:]

  init(_ contents: ProjectContents) {
    for point in contents.dataPoints {
      switch point.annotation {
      case nil: break
      case .className(let name): images[name, default: 0] += 1
      case .boxes(let list):
        for box in list { boxes[box.className, default: 0] += 1 }
        for name in Set(list.map(\.className)) { images[name, default: 0] += 1 }
      }
    }
  }
}
