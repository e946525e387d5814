import API

// The model against what a server shows.

extension TortureAccount {
  /// What a server shows of the account that is not so in the model, or the other way round.
  func differences(from seen: TortureObservation) -> [TortureFault] {
    var faults: [TortureFault] = []
    let tokens = Dictionary(seen.tokens.map { ($0.label, $0) }) { first, _ in first }
    if tokens.count < seen.tokens.count { faults.add(.appeared, "a token twice") }
    faults.compare("token", Set(self.tokens.keys), Set(tokens.keys))
    for (label, token) in tokens {
      guard let known = self.tokens[label] else { continue }
      if known.id != nil && known.id != token.id || Set(known.scopes) != Set(token.scopes) {
        faults.add(.changed, "token '\(label)': \(token), not \(known)")
      }
    }
    let projects = Dictionary(seen.projects.map { ($0.project.name, $0) }) { first, _ in first }
    if projects.count < seen.projects.count { faults.add(.appeared, "a project twice") }
    faults.compare("project", Set(self.projects.keys), Set(projects.keys))
    for (name, project) in projects {
      guard let known = self.projects[name] else { continue }
      if project.project.owner != seen.user { faults.add(.foreign, "\(project.project)") }
      faults += known.differences(from: project)
    }
    faults += publicationDifferences(from: seen)
    for (id, outcome) in inferences {
      guard let found = seen.inferences[id] else {
        faults.add(.lost, "inference \(id)")
        continue
      }
      if let outcome, outcome != found { faults.add(.changed, "inference \(id): \(found)") }
    }
    for id in seen.inferences.keys where inferences[id] == nil {
      faults.add(.appeared, "inference \(id)")
    }
    return faults
  }

  private func publicationDifferences(from seen: TortureObservation) -> [TortureFault] {
    var faults: [TortureFault] = []
    var known: [String: String] = [:]
    for (name, project) in projects {
      for (version, text) in project.published { known["\(name)@\(version)"] = text }
    }
    let models = Dictionary(
      seen.published.map { ("\($0.address.project)@\($0.address.number ?? 0)", $0) }
    ) { $1 }
    faults.compare("published model", Set(known.keys), Set(models.keys))
    for (name, model) in models where known[name] != nil && known[name] != model.description {
      faults.add(.changed, "published model \(model)")
    }
    return faults
  }

  /// Takes over what the server chose by itself.
  mutating func learn(from seen: TortureObservation) {
    for token in seen.tokens { tokens[token.label]?.id = token.id }
    for project in seen.projects { projects[project.project.name]?.learn(from: project) }
    for (id, answer) in seen.inferences where answer.state != .pending {
      if inferences[id] != nil { inferences[id] = .some(answer) }
    }
  }
}

extension TortureProject {
  fileprivate func differences(from seen: TortureObservation.ProjectSeen) -> [TortureFault] {
    var faults = differences(from: seen.project)
    let name = seen.project.name
    let images = Dictionary(seen.images.map { ($0.id, $0) }) { first, _ in first }
    if images.count < seen.images.count { faults.add(.appeared, "\(name): an image twice") }
    faults.compare("\(name)'s image", Set(self.images.keys), Set(images.keys))
    for (id, point) in images {
      if let known = self.images[id] { faults += differences(known, from: point) }
    }
    let orders = seen.images.compactMap { self.images[$0.id]?.order }
    if orders != orders.sorted() { faults.add(.changed, "\(name): the order of its images") }
    if trainings.count > seen.trainings.count {
      faults.add(.lost, "\(name)'s training \(trainings.count)")
    } else if trainings.count < seen.trainings.count {
      faults.add(.appeared, "\(name)'s training \(seen.trainings.count)")
    }
    for (known, job) in zip(trainings, seen.trainings.reversed()) {
      let isSame =
        switch known {
        case .open: job.state != .canceled
        case .ended(let state): job.state == state
        }
      if !isSame { faults.add(.changed, "\(name)'s training: \(job), not \(known)") }
    }
    return faults
  }

  func differences(from project: Project) -> [TortureFault] {
    var faults: [TortureFault] = []
    let isSame =
      project.type == type && project.description == description
      && project.createTime == createTime ?? project.createTime
    if !isSame { faults.add(.changed, "\(project), not \(type), '\(description)'") }
    if project.classes != classes {
      faults.add(.changed, "\(project.name): classes \(project.classes), not \(classes)")
    }
    if project.imageCount != Int32(images.count)
      || project.labeledImageCount != Int32(labeledCount)
    {
      faults.add(
        .changed,
        "\(project.name): \(project.imageCount) images, \(project.labeledImageCount)"
          + " labelled, not \(images.count), \(labeledCount)")
    }
    let versions = project.publishedModels.compactMap { ResourceAddress.number(of: $0) }
    if Set(versions) != Set(published.keys) {
      faults.add(.changed, "\(project.name): versions \(versions) are published")
    }
    return faults
  }

  func differences(_ image: TortureImage, from point: Image) -> [TortureFault] {
    var faults: [TortureFault] = []
    let picture = TorturePicture.byID[point.id]
    let isSame =
      point.fileName == image.fileName && point.annotation == annotation(image.label)
      && point.sizeBytes == Int64(picture?.bytes.count ?? 0)
      && Int(point.width) == picture?.side && point.format == .png
      && point.createTime == image.createTime ?? point.createTime
    if !isSame {
      let label = annotation(image.label).map { "\($0)" } ?? "no label"
      faults.add(.changed, "\(point), not \(image.fileName), \(label)")
    }
    return faults
  }

  fileprivate mutating func learn(from seen: TortureObservation.ProjectSeen) {
    createTime = seen.project.createTime
    for point in seen.images { images[point.id]?.createTime = point.createTime }
    for (index, job) in seen.trainings.reversed().enumerated() where index < trainings.count {
      switch job.state {
      case .succeeded, .failed, .canceled: trainings[index] = .ended(job.state)
      case .queued, .running, .unspecified, .unrecognized: break
      }
    }
  }
}

extension [TortureFault] {
  mutating func add(_ kind: TortureFault.Kind, _ text: String) {
    append(TortureFault(kind: kind, text: text))
  }

  fileprivate mutating func compare(_ what: String, _ known: Set<String>, _ seen: Set<String>) {
    for name in known.subtracting(seen) { add(.lost, "\(what) '\(name)'") }
    for name in seen.subtracting(known) { add(.appeared, "\(what) '\(name)'") }
  }
}
