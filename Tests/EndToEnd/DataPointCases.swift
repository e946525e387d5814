import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of images that are stored: `GetDataPoint`, `ListDataPoints`, `FindDataPoints`,
/// `DeleteDataPoint`, `RelabelDataPoint`.
enum DataPointCases {
  static let all = [
    getDataPoint, listDataPoints, findDataPoints, deleteDataPoint, relabelDataPoint,
  ]

  /// Ids of no image, and those that are none.
  private static let unknownID = String(repeating: "0", count: 64)
  private static let badIDs: [(what: String, id: String)] = [
    ("no digit", ""), ("63 digits", String(repeating: "0", count: 63)),
    ("capital digits", String(repeating: "A", count: 64)),
    ("a path", "../../diyml.sqlite"), ("a NUL", "\u{0}" + String(repeating: "0", count: 63)),
    ("a letter that is not a digit", String(repeating: "g", count: 64)),
  ]

  /// An image with the label `cat` in a project of its own.
  private static func makeCat(
    _ world: World
  ) async throws -> (project: String, point: DataPoint) {
    let project = try await world.makeProject()
    let image = SyntheticImages.blobs(.red, seed: 2_400, side: 16)
    return (project, try await world.put(image, in: project, Annotation("cat")))
  }

  static let getDataPoint = MethodCases(
    DataMethods.getDataPoint, needs: .scope(.read),
    request: { GetDataPointRequest(project: "pets", id: $0.cat.id) }
  ) { cases in
    cases.succeeds("with the bytes as they were uploaded") { world in
      let (point, bytes) = try await world.read("pets", world.cat.id)
      #expect(point == world.cat)
      #expect(bytes == SyntheticImages.blobs(.red, seed: 1_000))
    }
    cases.succeeds("that is larger than a message") { world in
      let project = try await world.makeProject()
      let image = SyntheticImages.black(width: 1_500, height: 1_000)
      let stored = try await world.upload(image, chunkBytes: 1 << 20, to: project)
      let (point, bytes) = try await world.read(project, stored.id)
      #expect(point.bytes == UInt64(image.count))
      #expect(bytes == image)
    }
    cases.addProjectCases { GetDataPointRequest(project: $0, id: unknownID) }
    cases.refuses(.unknownName, "id", .notFound, ["data point", unknownID]) { _ in
      GetDataPointRequest(project: "pets", id: unknownID)
    }
    cases.refuses(.anothers, "image by its id in one's own project", .notFound, ["data point"]) {
      GetDataPointRequest(project: "cells", id: $0.stray.id)
    }
    cases.accepts(.bound, "an id of 64 digits") {
      GetDataPointRequest(project: "pets", id: $0.stray.id)
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["id", "64"]) {
      GetDataPointRequest(project: "pets", id: $0.cat.id + "0")
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["id"], field: "id"
      ) { _ in GetDataPointRequest(project: "pets", id: id) }
    }
  }

  static let listDataPoints = MethodCases(
    DataMethods.listDataPoints, needs: .scope(.read),
    request: { _ in ListDataPointsRequest(project: "pets") }
  ) { cases in
    cases.succeeds("in the order of upload, in pages") { world in
      let all = try await world.list(ListDataPointsRequest(project: "trained", pageSize: 1_000))
      #expect(all.count == 24)
      #expect(all.prefix(12).allSatisfy { $0.annotation == Annotation("red") })
      #expect(all.suffix(12).allSatisfy { $0.annotation == Annotation("blue") })
      let paged = try await everyPage { token in
        let page = try await world.data.listDataPoints(
          ListDataPointsRequest(project: "trained", pageSize: 5, pageToken: token),
          options: world.options())
        #expect(page.dataPoints.count <= 5)
        return (page.dataPoints, page.nextPageToken)
      }
      #expect(paged == all)
    }
    cases.succeeds("by class, by the start of the id, and without a label") { world in
      let red = try await world.list(ListDataPointsRequest(project: "trained", className: "red"))
      #expect(red.count == 12 && red.allSatisfy { $0.annotation == Annotation("red") })
      let id = world.cat.id
      for digits in [1, 7, 64] {
        let found = try await world.list(
          ListDataPointsRequest(project: "pets", idPrefix: String(id.prefix(digits))))
        #expect(found.contains(world.cat), "\(digits) digits")
      }
      let unlabeled = try await world.list(
        ListDataPointsRequest(project: "pets", unlabeled: true))
      #expect(unlabeled.contains(world.stray))
      #expect(unlabeled.allSatisfy { $0.annotation == nil })
      let boxed = try await world.list(ListDataPointsRequest(project: "cells", className: "cell"))
      #expect(boxed.contains(world.cell) && boxed.allSatisfy { $0.annotation != nil })
    }
    cases.addProjectCases { ListDataPointsRequest(project: $0) }
    cases.refuses(.unknownName, "class", .notFound, ["class", "horse"]) { _ in
      ListDataPointsRequest(project: "pets", className: "horse")
    }
    cases.addPageCases {
      ListDataPointsRequest(project: "pets", pageSize: $0, pageToken: $1)
    }
    cases.accepts(.bound, "the start of an id with 64 digits") {
      ListDataPointsRequest(project: "pets", idPrefix: $0.cat.id)
    }
    cases.refuses(
      .pastBound, "the start of an id with 65 digits", .invalidArgument, ["id_prefix", "64"],
      field: "id_prefix"
    ) { ListDataPointsRequest(project: "pets", idPrefix: $0.cat.id + "0") }
    for prefix in ["AB", "x", "%", "_", "' OR 1=1 --", "\u{0}"] {
      cases.refuses(
        .wrongArgument, "the start \(prefix.debugDescription)", .invalidArgument, ["id_prefix"],
        field: "id_prefix"
      ) { _ in ListDataPointsRequest(project: "pets", idPrefix: prefix) }
    }
  }

  static let findDataPoints = MethodCases(
    DataMethods.findDataPoints, needs: .scope(.read),
    request: { FindDataPointsRequest(project: "pets", ids: [$0.cat.id]) }
  ) { cases in
    cases.succeeds("with what is said of those that are there, in the order asked") { world in
      // The cell is the same image as the cat.
      let ids = [unknownID, world.stray.id, world.cat.id, world.stray.id]
      let pets = try await world.data.findDataPoints(
        FindDataPointsRequest(project: "pets", ids: ids), options: world.options())
      #expect(pets.answered == 4)
      #expect(pets.found.map(\.index) == [1, 2, 3])
      #expect(pets.found.map(\.annotation) == [nil, world.cat.annotation, nil])
      let cells = try await world.data.findDataPoints(
        FindDataPointsRequest(project: "cells", ids: ids), options: world.options())
      #expect(cells.found == [.init(index: 2, annotation: world.cell.annotation)])
    }
    cases.succeeds("with nothing when nothing is asked") { world in
      let answer = try await world.data.findDataPoints(
        FindDataPointsRequest(project: "pets"), options: world.options())
      #expect(answer == FindDataPointsResponse())
    }
    cases.addProjectCases { FindDataPointsRequest(project: $0, ids: [unknownID]) }
    cases.accepts(.bound, "10,000 ids") {
      let ids = Array(repeating: unknownID, count: 9_999) + [$0.cat.id]
      return FindDataPointsRequest(project: "pets", ids: ids)
    }
    cases.refuses(
      .pastBound, "10,001 ids", .invalidArgument, ["ids", "10001", "10000"], field: "ids"
    ) { _ in
      FindDataPointsRequest(project: "pets", ids: Array(repeating: unknownID, count: 10_001))
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["ids[0]", "64"]) {
      FindDataPointsRequest(project: "pets", ids: [$0.cat.id + "0"])
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["ids[1]"], field: "ids[1]"
      ) { _ in FindDataPointsRequest(project: "pets", ids: [unknownID, id]) }
    }
  }

  static let deleteDataPoint = MethodCases(
    DataMethods.deleteDataPoint, needs: .scope(.write),
    request: { world in
      let (project, point) = try await makeCat(world)
      return DeleteDataPointRequest(project: project, id: point.id)
    }
  ) { cases in
    cases.succeeds("and it is gone") { world in
      let (project, point) = try await makeCat(world)
      _ = try await world.data.deleteDataPoint(
        DeleteDataPointRequest(project: project, id: point.id), options: world.options())
      let refused = await status { try await world.read(project, point.id) }
      #expect(refused?.code == .notFound)
      let rest = try await world.list(ListDataPointsRequest(project: project))
      #expect(rest.isEmpty)
    }
    cases.addProjectCases { DeleteDataPointRequest(project: $0, id: unknownID) }
    cases.refuses(.unknownName, "id", .notFound, ["data point", unknownID]) { _ in
      DeleteDataPointRequest(project: "pets", id: unknownID)
    }
    cases.accepts(.bound, "an id of 64 digits") { world in
      let (project, point) = try await makeCat(world)
      return DeleteDataPointRequest(project: project, id: point.id)
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["id", "64"]) {
      DeleteDataPointRequest(project: "pets", id: $0.cat.id + "0")
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["id"], field: "id"
      ) { _ in DeleteDataPointRequest(project: "pets", id: id) }
    }
  }

  static let relabelDataPoint = MethodCases(
    DataMethods.relabelDataPoint, needs: .scope(.write),
    request: {
      RelabelDataPointRequest(project: "pets", id: $0.cat.id, annotation: Annotation("cat"))
    }
  ) { cases in
    cases.succeeds("with a class, then without") { world in
      let (project, point) = try await makeCat(world)
      for annotation in [Annotation("dog"), nil] {
        let relabeled = try await world.data.relabelDataPoint(
          RelabelDataPointRequest(project: project, id: point.id, annotation: annotation),
          options: world.options())
        #expect(relabeled.dataPoint?.annotation == annotation)
        let (read, _) = try await world.read(project, point.id)
        #expect(read == relabeled.dataPoint)
      }
    }
    cases.addProjectCases { RelabelDataPointRequest(project: $0, id: unknownID) }
    cases.refuses(.unknownName, "id", .notFound, ["data point", unknownID]) { _ in
      RelabelDataPointRequest(project: "pets", id: unknownID)
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["id", "64"]) {
      RelabelDataPointRequest(project: "pets", id: $0.cat.id + "0")
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["id"], field: "id"
      ) { _ in RelabelDataPointRequest(project: "pets", id: id) }
    }
    cases.addAnnotationCases { world, project, annotation in
      let id = project == "pets" ? world.cat.id : world.cell.id
      return RelabelDataPointRequest(project: project, id: id, annotation: annotation)
    }
  }
}

extension World {
  /// The image and its bytes.
  func read(_ project: String, _ id: String) async throws -> (DataPoint, [UInt8]) {
    try await data.getDataPoint(
      GetDataPointRequest(project: project, id: id), options: options()
    ) { parts in
      var point: DataPoint?
      var bytes: [UInt8] = []
      for try await part in parts {
        point = point ?? part.dataPoint
        bytes += part.chunk
      }
      return (try #require(point), bytes)
    }
  }

  /// One page of images.
  func list(_ request: ListDataPointsRequest) async throws -> [DataPoint] {
    try await data.listDataPoints(request, options: options()).dataPoints
  }
}
