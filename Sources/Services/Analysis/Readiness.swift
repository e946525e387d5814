package import RPCCore
package import Store

/// What a project needs before it can be trained.
enum ReadinessRules {
  /// An image is always of some class, so one alone says nothing.
  static let classesMin = 2
  /// An object may also not be there.
  static let detectionClassesMin = 1
  /// One to learn from and one to be measured by.
  static let classImagesMin: UInt64 = 2
  /// Images with boxes that do not look the same, for the same reason.
  static let differentImagesMin = 2
  /// Of a box's part in the image, in pixels: nothing can be learned of a smaller one.
  static let boxSideMin = 1.0
}

/// What keeps a project from being trained; the one place where that is decided.
package func readinessFindings(of contents: ProjectContents) -> [Finding] {
  switch contents.project.kind {
  case .classification: classificationFindings(of: contents)
  case .detection: detectionFindings(of: contents)
  }
}

private func tooFewClasses(_ project: ProjectRecord, min: Int) -> [Finding] {
  let count = project.classes.count
  guard count < min else { return [] }
  return [
    Finding(
      kind: .tooFewClasses, isError: true, message: "\(count) classes; at least \(min) are needed")
  ]
}

private func classificationFindings(of contents: ProjectContents) -> [Finding] {
  let project = contents.project
  var findings = tooFewClasses(project, min: ReadinessRules.classesMin)
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

/// Images without boxes are legal beside those with some: nothing but background.
private func detectionFindings(of contents: ProjectContents) -> [Finding] {
  let project = contents.project
  var findings = tooFewClasses(project, min: ReadinessRules.detectionClassesMin)
  var boxes: [String: Int] = [:]
  var hashes: [UInt64] = []
  for point in contents.dataPoints {
    guard case .boxes(let list) = point.annotation else { continue }
    let usable = list.filter { $0.canBeLearned(in: point.image) }
    for box in usable { boxes[box.className, default: 0] += 1 }
    if !usable.isEmpty { hashes.append(point.image.perceptualHash) }
  }
  let different = Set(duplicateGroups(of: hashes)).count
  if different < ReadinessRules.differentImagesMin {
    findings.append(
      Finding(
        kind: .tooFewImages, isError: true,
        message: "\(different) images with boxes that do not look the same; at least"
          + " \(ReadinessRules.differentImagesMin) are needed"))
  }
  for entry in project.classes where boxes[entry.name, default: 0] == 0 {
    findings.append(
      Finding(
        kind: .tooFewBoxes, isError: true,
        message: "the class '\(entry.name)' has no box of at least a pixel; draw one, or drop the"
          + " class"))
  }
  return findings
}

extension BoxRecord {
  /// Whether enough of it lies in the image.
  fileprivate func canBeLearned(in image: ImageFacts) -> Bool {
    min(xMax, Double(image.width)) - max(xMin, 0) >= ReadinessRules.boxSideMin
      && min(yMax, Double(image.height)) - max(yMin, 0) >= ReadinessRules.boxSideMin
  }
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
