import API
import RPCCore
import Testing

struct DataListTests {
  private let cat = Annotation(value: .className("cat"))
  private let dog = Annotation(value: .className("dog"))

  @Test func `images are listed by page, class, digits and missing label`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      var ids: [String] = []
      for (text, label) in [("a", cat), ("b", dog), ("c", nil), ("d", cat)] {
        ids.append(try #require(try await clients.put(text, label, ada).image).id)
      }
      func list(_ request: ListImagesRequest) async throws -> [String] {
        try await clients.list(request, ada)
      }
      #expect(try await list(.init(pageSize: 1)) == ids)
      #expect(try await list(.init(className: "cat")) == [ids[0], ids[3]])
      #expect(try await list(.init(unlabeled: true)) == [ids[2]])
      #expect(try await list(.init(idPrefix: ids[1])) == [ids[1]])
      for request: ListImagesRequest in [
        .init(pageSize: 1_001), .init(pageToken: "x"), .init(idPrefix: "XY"),
        .init(idPrefix: String(repeating: "a", count: 65)), .init(className: "a/b"),
      ] {
        #expect(await code { try await list(request) } == .invalidArgument)
      }
      #expect(await code { try await list(.init(className: "cow")) } == .notFound)
    }
  }

  @Test(arguments: [1, 2, 3, 100] as [Int32])
  func `images of some digits come in the order of their ids, page by page`(
    pageSize: Int32
  ) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      var ids: [String] = []
      var cats: Set<String> = []
      for number in 0..<40 {
        let point = try await clients.put("\(number)", number % 3 == 0 ? cat : nil, ada).image
        let id = try #require(point).id
        ids.append(id)
        if number % 3 == 0 { cats.insert(id) }
      }
      for digit in ["0", "7", "f"] {
        let expected = ids.filter { $0.hasPrefix(digit) }.sorted()
        let request = ListImagesRequest(pageSize: pageSize, idPrefix: digit)
        #expect(try await clients.list(request, ada) == expected)
        var narrowed = request
        narrowed.className = "cat"
        #expect(try await clients.list(narrowed, ada) == expected.filter { cats.contains($0) })
        narrowed = request
        narrowed.unlabeled = true
        #expect(try await clients.list(narrowed, ada) == expected.filter { !cats.contains($0) })
      }
    }
  }

  @Test func `a page token of one order is none of the other`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let id = try #require(try await clients.put("a", ada).image).id
      for request: ListImagesRequest in [
        .init(pageToken: id), .init(pageToken: "1", idPrefix: "0"),
        .init(pageToken: String(id.dropLast()), idPrefix: "0"),
      ] {
        #expect(await code { try await clients.list(request, ada) } == .invalidArgument)
      }
      #expect(try await clients.list(.init(pageToken: "0"), ada) == [id])
    }
  }
}

extension DataWorld.Clients {
  /// All pages of a list of the project `pets`.
  fileprivate func list(
    _ request: ListImagesRequest, _ options: CallOptions
  ) async throws -> [String] {
    var request = request
    request.project = "pets"
    var found: [String] = []
    repeat {
      let page = try await data.listImages(request, options: options)
      found += page.images.map(\.id)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return found
  }
}
