import API
import Codec

/// A page of a list; the token of the next page is empty in the last one.
protocol ListPage: Message {
  var nextPageToken: String { get set }
}

extension ListImagesResponse: ListPage {}
extension ListProjectsResponse: ListPage {}
extension ListTokensResponse: ListPage {}
extension ListTrainingsResponse: ListPage {}
extension SearchPublishedResponse: ListPage {}

/// The most elements that the server gives in one page.
private let pageMax = 1000

extension ListPage {
  /// The pages of a list as one; where there is more than `limit`, the token says so.
  static func joined<Element>(
    _ list: WritableKeyPath<Self, [Element]>, limit: Int = .max,
    page: (_ size: Int32, _ token: String) async throws -> Self
  ) async throws -> Self {
    var joined = Self()
    repeat {
      let size = min(limit - joined[keyPath: list].count, pageMax)
      let next = try await page(Int32(size), joined.nextPageToken)
      joined[keyPath: list] += next[keyPath: list]
      joined.nextPageToken = next.nextPageToken
    } while !joined.nextPageToken.isEmpty && joined[keyPath: list].count < limit
    return joined
  }
}
